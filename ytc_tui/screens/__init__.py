"""What a person sees: Textual screens over read models and the one door; views, client and model only."""

"""Venues: where orders go. Each venue meets the `Venue` port; siblings never import each other."""

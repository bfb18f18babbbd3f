"""The settings model, one file per concern, and the catalog of its keys."""

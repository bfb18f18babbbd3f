"""Dialogs: each says the exact effect before it asks for a yes."""

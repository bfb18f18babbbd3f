"""Proofs over journals: the money and the conduct of sessions, worked out again without the program."""

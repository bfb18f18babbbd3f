"""Deciders: all policy, pure, one file per concern. Each reads the situation and returns events."""

"""The guard's own decisions: when an engine counts as dead, and how its account is flattened without it."""

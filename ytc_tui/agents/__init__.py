"""Floor 2: opinions. One file per agent: its spec and `consider`. Imports analysis and the model only."""

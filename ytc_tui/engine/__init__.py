"""Floor 3: the one writer. Imports agents, analysis, views and the model; never adapters or screens."""

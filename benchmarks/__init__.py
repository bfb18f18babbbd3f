"""One script a figure: JSON lines out, each with a baseline measured in the same run."""

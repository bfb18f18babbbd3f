"""Feeds: where bars come from. One module per source of data, none knows another."""

import os

# Arrow's own pools keep what reading a file took for as long as the process lives; it asks as it is imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

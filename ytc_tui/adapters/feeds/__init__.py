"""Feeds: where bars come from. One module per source of data, none knows another."""

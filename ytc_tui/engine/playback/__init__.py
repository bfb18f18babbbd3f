"""A past session, played from its record: state folded from entries, the market driven by its bars, and the
views of any instant by the builders of the running engine. It reads; it never writes."""

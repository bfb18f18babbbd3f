"""The durable record: a SQLite file behind the Journal and JournalReader ports (semantics.md 7)."""

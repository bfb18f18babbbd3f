"""What a guard and an engine leave for each other in files, and how a guard ends an engine."""

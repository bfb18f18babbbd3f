"""Performance figures: pure functions of trade results, executions and returns."""

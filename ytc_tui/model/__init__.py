"""Floor 0: values and laws. Standard library only; no I/O, no clock, no asyncio."""

"""Pure price-action mathematics: bars in, structure, strength, setups and sizes out.

May import `ytc_tui.model` and `ytc_tui.errors`; knows no clock, no I/O and no randomness.
Invariant: every result is a function of the bars given so far.
"""

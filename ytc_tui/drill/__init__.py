"""The risk drill: every rule, limit and emergency path, fired with synthetic input through the live code
path.

Decides nothing of how the engine acts; it says what the engine must do and looks whether it did. Part of the
composition root. Invariant: nothing of the user's own state is read or written.
"""

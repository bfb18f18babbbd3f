"""The desk's style sheet.

Decides when style sheets are read anew: once, and after the colours changed. Imports Textual only.
Invariant: its rules are those of Textual's own, which reads every sheet twice whenever a screen is opened
for the first time (35 to 45 ms each time).
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class KeptStylesheet(Stylesheet):
    """Keeps what it has read, as long as the variables stay what they are."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._read_with = variables

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._read_with:
            self._read_with = variables
            super().set_variables(variables)

    def reparse(self) -> None:
        self.parse()

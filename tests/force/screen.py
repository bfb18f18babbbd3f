"""A terminal's screen as text, made of the bytes that a program wrote to it."""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import getincrementaldecoder

from ytc_tui.model.market import NS_PER_S, PATH_OFFSETS_NS

LINES, COLUMNS = 40, 120
_PIECES = re.compile(
    r"\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()].|\x1b.|[^\x1b]+"
)
_CUT_OFF = re.compile(r"\x1b(\[[0-?]*[ -/]*)?")
# Ages and times of day go on whoever looks.
_CLOCKS = re.compile(r"\d+:\d\d(?::\d\d)?|\b\d+(?:\.\d+)? ?(?:s|min|h)\b")

_CHART_PANE = "─ Chart ─"
_CHART_TITLE = re.compile(r"(\w+) 1m\b")
_PRICE_SECONDS = [offset_ns // NS_PER_S for offset_ns in PATH_OFFSETS_NS]
_FEED_TIME = re.compile(r"feed (\d\d):(\d\d):(\d\d)")


def _timeless(text: str) -> str:
    return re.sub(r" +", " ", _CLOCKS.sub("", text))


class Screen:
    """What a terminal of this size shows after the bytes that it was fed: text alone."""

    def __init__(self) -> None:
        self.rows = [[" "] * COLUMNS for _ in range(LINES)]
        self._row = self._column = 0
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._waiting = ""

    def feed(self, data: bytes) -> None:
        text, self._waiting = self._waiting + self._decoder.decode(data), ""
        # A sequence that is cut off here goes on with the next bytes.
        cut = text.rfind("\x1b")
        if cut >= 0 and _CUT_OFF.fullmatch(text[cut:]):
            text, self._waiting = text[:cut], text[cut:]
        for match in _PIECES.finditer(text):
            if match[2]:
                self._control(match[1], match[2])
            elif not match[0].startswith("\x1b"):
                self._write(match[0])

    def _control(self, values: str, final: str) -> None:
        numbers = [int(value) for value in values.split(";") if value.isdigit()]
        if final == "H":
            row, column = (*numbers, 1, 1)[:2] if numbers else (1, 1)
            self._row, self._column = min(row, LINES) - 1, min(column, COLUMNS) - 1
        elif final == "J" and numbers in ([2], [3]):
            self.rows = [[" "] * COLUMNS for _ in range(LINES)]

    def _write(self, text: str) -> None:
        for char in text:
            if char == "\n":
                self._row = min(self._row + 1, LINES - 1)
            elif char == "\r":
                self._column = 0
            elif char >= " ":
                if self._column < COLUMNS:
                    self.rows[self._row][self._column] = char
                self._column += 1

    @property
    def text(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self.rows)

    @property
    def timeless(self) -> str:
        """The text with ages and times of day left out."""
        return _timeless(self.text)

    @property
    def chartless(self) -> str:
        """The same without the pane of the chart, which stands right of its title's beginning to the end but
        the two lines of the foot."""
        lines = self.text.split("\n")
        top = next((at for at, line in enumerate(lines) if _CHART_PANE in line), len(lines))
        left = lines[top].index(_CHART_PANE) if top < len(lines) else 0
        foot = len(lines) - 2
        return _timeless(
            "\n".join(line[:left] if top <= at < foot else line for at, line in enumerate(lines))
        )

    @property
    def price_number(self) -> int:
        """Which price of the day the market had come to."""
        found = _FEED_TIME.search(self.text)
        assert found is not None, self.text
        hours, minutes, seconds = map(int, found.groups())
        return (hours * 60 + minutes) * len(_PRICE_SECONDS) + bisect_right(_PRICE_SECONDS, seconds)

    @property
    def charted(self) -> str:
        """The symbol of the chart: that of a trade which has ended stays until its desk goes."""
        found = _CHART_TITLE.search(self.text)
        return found[1] if found is not None else ""

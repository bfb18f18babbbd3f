"""The market of a past session at any instant, driven by its bars as the running engine was.

Decides which of a minute's five steps (its four points, its close) lie at or before an instant. Imports the
market, the feed's port and the model. Invariants: the same bars, levels and fills give the same market;
nothing of a bar is known before its point or its close.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ytc_tui.engine.market import MarketView
from ytc_tui.engine.playback.checkpoints import Checkpoints
from ytc_tui.engine.playback.record import Progress, Turns
from ytc_tui.engine.policy import Window
from ytc_tui.engine.ports import Minute, PointPrice
from ytc_tui.engine.schedule import begins_in
from ytc_tui.model.market import NS_PER_MIN, PATH_OFFSETS_NS, path_of
from ytc_tui.model.own import OwnLevel

_STEPS = (*PATH_OFFSETS_NS, NS_PER_MIN)
_CLOSE = len(_STEPS) - 1
# Minutes between two copies of the market.
SPACING = 15
_TOLD_EVERY = 512

Levels = Callable[[Window], tuple[OwnLevel, ...]]


@dataclass(slots=True)
class Driven:
    """A market, and how many steps of the tape it has taken."""

    market: MarketView
    steps: int = 0


@dataclass(slots=True)
class Tape:
    """The minutes of the session in order, from a market that has taken in all before them."""

    minutes: Sequence[Minute]
    turns: Mapping[str, Turns]
    opens_ns: list[int] = field(init=False)
    _kept: Checkpoints[Driven] = field(init=False)

    @classmethod
    def over(
        cls,
        market: MarketView,
        minutes: Sequence[Minute],
        turns: Mapping[str, Turns],
        progress: Progress = lambda share: None,
    ) -> Tape:
        """Drive `market` over `minutes` once, keeping copies on the way."""
        tape = cls(minutes, turns)
        driven = Driven(market)
        for steps in range(0, len(minutes) * len(_STEPS) + 1, len(_STEPS)):
            tape._take(driven, steps)
            if tape._kept.due(steps):
                tape._kept.keep(steps, driven)
                progress(steps / (len(minutes) * len(_STEPS) or 1))
        return tape

    def __post_init__(self) -> None:
        self.opens_ns = [minute.open_ns for minute in self.minutes]
        self._kept = Checkpoints(SPACING * len(_STEPS))

    def at(self, at_ns: int) -> Driven:
        """The market at `at_ns`."""
        steps = self._steps(at_ns)
        _, driven = self._kept.before(steps)
        self._take(driven, steps)
        self._forget_old(driven, at_ns)
        return driven

    def move(self, driven: Driven, at_ns: int) -> None:
        """Take `driven` on to `at_ns`, which is not before it."""
        self._take(driven, self._steps(at_ns))
        self._forget_old(driven, at_ns)

    def distance(self, driven: Driven, at_ns: int) -> int:
        """How many minutes lie between `driven` and `at_ns`; below 0 when it is past."""
        return (self._steps(at_ns) - driven.steps) // len(_STEPS)

    def _steps(self, at_ns: int) -> int:
        """How many steps lie at or before `at_ns`."""
        begun = bisect_right(self.opens_ns, at_ns)
        if not begun:
            return 0
        into_ns = at_ns - self.opens_ns[begun - 1]
        return (begun - 1) * len(_STEPS) + bisect_right(_STEPS, into_ns)

    def _take(self, driven: Driven, steps: int) -> None:
        market = driven.market
        while driven.steps < steps:
            index, step = divmod(driven.steps, len(_STEPS))
            minute = self.minutes[index]
            if step == 0:
                market.begin_minute(minute)
            if step == _CLOSE:
                market.close_minute(minute)
            else:
                market.on_point(self._prices(minute, step))
            driven.steps += 1

    def _prices(self, minute: Minute, point: int) -> Iterator[PointPrice]:
        """The prices of a point of the minute's path, by what was held at its first one (semantics.md 3)."""
        first_ns = minute.open_ns + PATH_OFFSETS_NS[0]
        for bar in minute.bars:
            turns = self.turns.get(bar.symbol)
            path = path_of(bar, turns.sign_at(first_ns) if turns is not None else 0)
            yield PointPrice(bar.symbol, path[point])

    def _forget_old(self, driven: Driven, at_ns: int) -> None:
        """Where bars may be missing that there were, a price older than a minute is not the last one met."""
        market = driven.market
        if market.unknown:
            before_ns = at_ns - NS_PER_MIN
            for symbol in list(market.marks):
                last = market.analysis[symbol].last
                closed_ns = last.open_ns + NS_PER_MIN if last is not None else 0
                if closed_ns <= before_ns and market.minute_ns <= before_ns:
                    del market.marks[symbol]


def warmed_up(
    market: MarketView,
    minutes: Iterable[Minute],
    windows: Sequence[Window],
    session: Window,
    until_ns: int,
    levels_of: Levels,
    progress: Progress = lambda share: None,
) -> list[Minute]:
    """Give `market` everything before the session of the run that `windows` are of, as the run's host does;
    the minutes of `session` that open before `until_ns`.

    `levels_of` gives every level that the operator had in a session.
    """
    coming = list(windows)
    found: list[Minute] = []
    first_ns = 0
    for count, minute in enumerate(minutes):
        if minute.open_ns >= until_ns:
            break
        first_ns = first_ns or minute.open_ns
        if coming and begins_in(coming[0], minute.open_ns):
            window = coming.pop(0)
            market.begin_session()
            market.own_levels = levels_of(window)
            if window == session:
                coming.clear()
                found.append(minute)
                continue
        if found:
            found.append(minute)
            continue
        market.begin_minute(minute)
        market.close_minute(minute)
        if not count % _TOLD_EVERY:
            progress((minute.open_ns - first_ns) / max(1, session.init_ns - first_ns))
    return found

"""Support and resistance zones of the higher timeframe.

Decides which zones exist, how strong they are and when they change role (domain.md Y-8 to Y-12), and how
the operator's own levels stand among them. Imports the model only.
Invariant: a zone rests on pivots known by the current bar, or on what the operator said before it; the
number of zones found is bounded.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.zone_band import Band
from ytc_tui.model.market import Bar
from ytc_tui.model.structure import Swing, SwingKind, Zone, ZoneRole, ZoneSource

_POINTS_PER_TOUCH = 2
_MAX_TOUCH_POINTS = 6
_RAPID_POINTS = 2
_PRIOR_SESSION_POINTS = 1
_RECENT_POINTS = 1
# An operator's word weighs as much as two touches, and earns nothing for being new.
OWN_STRENGTH = 2 * _POINTS_PER_TOUCH


class OwnBand(NamedTuple):
    """A level of the operator's: a price (`low` equals `high`) or a band, said at `known_ns`.

    `role` None = by the side of the price: first `met` (None = not known), later as HTF bars close.
    """

    low: float
    high: float
    role: ZoneRole | None
    met: ZoneRole | None
    known_ns: int


class ZoneMap:
    """The zones of one symbol. Feed it every HTF bar and every HTF swing that became known."""

    __slots__ = (
        "_bands", "_bars", "_by_high", "_highs", "_last_close", "_last_close_ns", "_levels", "_levels_ns",
        "_lows", "_own", "_params", "_tick", "_view", "_widest",
    )  # fmt: skip

    def __init__(self, tick: float, params: AnalysisParams) -> None:
        self._tick = tick
        self._params = params
        self._bands: list[Band] = []
        self._levels: tuple[tuple[ZoneSource, float], ...] = ()
        self._levels_ns = 0
        self._own: tuple[OwnBand, ...] = ()
        self._bars = 0
        self._last_close: float | None = None
        self._last_close_ns = 0
        self._view: tuple[Zone, ...] | None = ()
        self._lows: list[float] = []
        self._highs: list[float] = []
        self._by_high: list[int] = []
        self._widest = 0.0

    # -- what happens ---------------------------------------------------------------------------

    def add(self, bar: Bar, swings: Iterable[Swing], atr: float | None, close_ns: int) -> None:
        """Take in a closed HTF bar, the swings it confirmed and the ATR known with it."""
        self._bars += 1
        self._last_close = bar.close
        self._last_close_ns = close_ns
        for swing in swings:
            self._add_pivot(swing, bar, atr)
        self._reverse_broken(bar.close)
        self._forget()
        self._view = None

    def set_prior_session(self, high: float, low: float, close: float) -> None:
        """Levels of the session before; they stand in for the earlier ones (Y-10)."""
        self._levels = (
            (ZoneSource.PRIOR_HIGH, high),
            (ZoneSource.PRIOR_LOW, low),
            (ZoneSource.PRIOR_CLOSE, close),
        )
        self._levels_ns = self._last_close_ns
        self._view = None

    def set_own(self, bands: tuple[OwnBand, ...]) -> None:
        """The operator's levels as they stand now; they stand in for the earlier ones."""
        if bands != self._own:
            self._own = bands
            self._view = None

    def _add_pivot(self, swing: Swing, bar: Bar, atr: float | None) -> None:
        rapid = atr is not None and abs(bar.close - swing.price) >= self._params.zone_rapid_atr * atr
        sign = -1 if swing.kind is SwingKind.HIGH else 1
        low, high = (swing.body, swing.price) if sign < 0 else (swing.price, swing.body)
        self._insert(Band(sign, low, high, swing, self._bars, rapid))

    def _insert(self, band: Band) -> None:
        """Put `band` in, merging until nothing of its role overlaps it."""
        self._fit(band)
        while True:
            other = next(
                (b for b in self._bands if b.sign == band.sign and b.low <= band.high and band.low <= b.high),
                None,
            )
            if other is None:
                break
            self._bands.remove(other)
            band.absorb(other)
            self._fit(band)
        self._bands.append(band)

    def _fit(self, band: Band) -> None:
        """Hold the width between the minimum in ticks and the cap, keeping the outer edge as far as the
        latest pivot, which names the level, stays inside."""
        floor = self._params.zone_min_ticks * self._tick
        cap = max(floor, band.level * self._params.zone_cap_pct / 100.0)
        width = min(max(band.high - band.low, floor), cap)
        if band.sign < 0:
            band.high = min(band.high, band.level + width)
            band.low = band.high - width
        else:
            band.low = max(band.low, band.level - width)
            band.high = band.low + width

    def _reverse_broken(self, close: float) -> None:
        """A close beyond a zone's far edge turns its role around (Y-10)."""
        broken = [b for b in self._bands if (close > b.high if b.sign < 0 else close < b.low)]
        for band in broken:
            self._bands.remove(band)
        for band in broken:
            band.sign = -band.sign
            band.flipped = True
            self._insert(band)

    def _forget(self) -> None:
        oldest = self._bars - self._params.htf_bars_kept
        self._bands = [b for b in self._bands if b.touch_bar > oldest]
        surplus = len(self._bands) - self._params.zones_kept
        if surplus > 0:
            self._bands.sort(key=lambda b: (b.touched_ns, b.low))
            del self._bands[:surplus]

    # -- what is there --------------------------------------------------------------------------

    @property
    def zones(self) -> tuple[Zone, ...]:
        """All zones by rising lower edge."""
        if self._view is None:
            self._view = self._build()
            self._lows = [zone.low for zone in self._view]
            # Of zones that end alike the one that begins lowest is the last here, so it is found first.
            by_high = sorted((zone.high, -place) for place, zone in enumerate(self._view))
            self._highs = [high for high, _ in by_high]
            self._by_high = [-place for _, place in by_high]
            self._widest = max((zone.high - zone.low for zone in self._view), default=0.0)
        return self._view

    def at(self, price: float) -> tuple[Zone, ...]:
        """The zones that contain `price`."""
        return self.touching(price, price)

    def touching(self, low: float, high: float) -> tuple[Zone, ...]:
        """The zones that reach into the band from `low` to `high`, by rising lower edge."""
        zones = self.zones
        first = bisect_left(self._lows, low - self._widest)
        return tuple([z for z in zones[first : bisect_right(self._lows, high)] if z.high >= low])

    def above(self, price: float) -> Zone | None:
        """The nearest zone that lies wholly above `price`, whatever its role."""
        zones = self.zones
        place = bisect_right(self._lows, price)
        return zones[place] if place < len(zones) else None

    def below(self, price: float) -> Zone | None:
        """The nearest zone that lies wholly below `price`, whatever its role."""
        zones = self.zones
        place = bisect_left(self._highs, price)
        return zones[self._by_high[place - 1]] if place else None

    def crossed(self, earlier: float, later: float) -> int:
        """+1 when `later` is beyond a resistance that `earlier` was not beyond, -1 mirrored, else 0."""
        # Asked between sessions too, where nobody needs the zones: their bands will do.
        for band in self._bands:
            if band.sign < 0:
                if earlier <= band.high < later:
                    return 1
            elif later < band.low <= earlier:
                return -1
        for zone in self._standing_levels():
            if zone.role is ZoneRole.RESISTANCE:
                if earlier <= zone.high < later:
                    return 1
            elif later < zone.low <= earlier:
                return -1
        return 0

    def _standing_levels(self) -> Iterator[Zone]:
        """Prior-session levels that no pivot zone contains, and the operator's own."""
        for source, price in self._levels:
            if not any(band.low <= price <= band.high for band in self._bands):
                yield self._level_zone(source, price)
        yield from map(self._own_zone, self._own)

    def _build(self) -> tuple[Zone, ...]:
        zones = []
        for band in self._bands:
            inside = [source for source, price in self._levels if band.low <= price <= band.high]
            zones.append(
                Zone(
                    role=ZoneRole.SUPPORT if band.sign > 0 else ZoneRole.RESISTANCE,
                    low=band.low,
                    high=band.high,
                    level=band.level,
                    touches=band.touches,
                    strength=self._strength(band, bool(inside)),
                    sources=(band.source, *inside),
                    known_ns=band.known_ns,
                    touched_ns=band.touched_ns,
                )
            )
        zones.extend(self._standing_levels())
        zones.sort(key=lambda z: (z.low, z.high, z.role))
        return tuple(zones)

    def _strength(self, band: Band, prior_session: bool) -> int:
        """Y-12, 1 to 10."""
        points = min(_MAX_TOUCH_POINTS, _POINTS_PER_TOUCH * band.touches)
        points += _RAPID_POINTS if band.rapid else 0
        points += _PRIOR_SESSION_POINTS if prior_session else 0
        points += _RECENT_POINTS if self._bars - band.touch_bar <= self._params.zone_recent_bars else 0
        return max(1, min(10, points))

    def _level_zone(self, source: ZoneSource, price: float) -> Zone:
        """A prior-session level that no pivot zone contains: a band of the minimum width around it."""
        half = self._params.zone_min_ticks * self._tick / 2.0
        close = self._last_close
        resists = source is ZoneSource.PRIOR_HIGH if close is None else price > close
        return Zone(
            role=ZoneRole.RESISTANCE if resists else ZoneRole.SUPPORT,
            low=price - half,
            high=price + half,
            level=price,
            touches=1,
            strength=_POINTS_PER_TOUCH + _PRIOR_SESSION_POINTS,
            sources=(source,),
            known_ns=self._levels_ns,
            touched_ns=self._levels_ns,
        )

    def _own_zone(self, band: OwnBand) -> Zone:
        """An own level stands for itself, also inside another zone; it is never merged, so that taking it
        away leaves what was there."""
        level = (band.low + band.high) / 2.0
        half = max((band.high - band.low) / 2.0, self._params.zone_min_ticks * self._tick / 2.0)
        return Zone(
            role=band.role or self._side_of(band, level),
            low=level - half,
            high=level + half,
            level=level,
            touches=1,
            strength=OWN_STRENGTH,
            sources=(ZoneSource.OPERATOR,),
            known_ns=band.known_ns,
            touched_ns=band.known_ns,
        )

    def _side_of(self, band: OwnBand, level: float) -> ZoneRole:
        close = self._last_close
        if band.met is not None and (close is None or self._last_close_ns <= band.known_ns):
            return band.met
        return ZoneRole.RESISTANCE if close is None or level > close else ZoneRole.SUPPORT

"""One run over whole data and over the same data cut off: what a decision may have known.

A cut run reads a file that ends at the cut, so nothing later exists anywhere in its process. It is given
the names of the whole run (run id and feed digest, after which sessions, orders and tasks are named), so that
equal decisions are equal entries, hash for hash.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.sim.harness import Simulation
from ytc_tui.boot import Parts
from ytc_tui.engine.policy import Window
from ytc_tui.model.chain import Entry
from ytc_tui.model.market import NS_PER_MIN, NS_PER_MS


@dataclass
class CutSimulation(Simulation):
    """A simulation under the names of the run `whole`; with its hours too where `windows` are given."""

    whole: Parts | None = None
    windows: tuple[Window, ...] | None = None

    def parts(self) -> Parts:
        parts = super().parts()
        if self.whole is not None:
            parts.run_id, parts.feed.digest = self.whole.run_id, self.whole.feed.digest
        if self.windows is not None:
            parts.windows = self.windows
        return parts


@dataclass(frozen=True)
class WholeRun:
    """A run to the end of its data: what it was made of, and every entry of its journal in order."""

    simulation: CutSimulation
    parts: Parts
    entries: tuple[Entry, ...]

    def until(self, cut_ns: int) -> tuple[Entry, ...]:
        """The entries made when the last bar known closed at `cut_ns`, that instant included."""
        return tuple(entry for entry in self.entries if entry.at <= cut_ns)


def run_whole(simulation: CutSimulation) -> WholeRun:
    run = asyncio.run(simulation.run())
    return WholeRun(simulation, run.parts, entries_of(simulation))


def run_cut(whole: WholeRun, cut_ns: int, *, knows_its_end: bool = False) -> tuple[Entry, ...]:
    """The journal of the same run over data whose last bar closes at `cut_ns`.

    The engine is told the hours of the whole run's sessions, unless it `knows_its_end`: then they follow
    from the cut file, and a session that is cut closes before it.
    """
    simulation = whole.simulation
    windows = None if knows_its_end else whole.parts.windows
    with TemporaryDirectory() as folder:
        data = tuple(cut_file(path, cut_ns, Path(folder)) for path in simulation.request.data)
        request = replace(simulation.request, data=data)
        shorter = type(simulation)(request, simulation.overrides, whole=whole.parts, windows=windows)
        asyncio.run(shorter.run())
    return entries_of(shorter)


def entries_of(simulation: Simulation) -> tuple[Entry, ...]:
    return tuple(entry for entry, _ in simulation.events)


def cut_file(path: str, until_ns: int, folder: Path, *, from_ns: int = 0) -> str:
    """A file of the same name in `folder` with the bars of `path` that open at or after `from_ns` and close
    by `until_ns`."""
    table = pq.read_table(path)
    opens = table.column("timestamp")
    kept = pc.and_(
        pc.greater_equal(opens, from_ns // NS_PER_MS),
        pc.less_equal(opens, (until_ns - NS_PER_MIN) // NS_PER_MS),
    )
    target = folder / Path(path).name
    pq.write_table(table.filter(kept), target)
    return str(target)

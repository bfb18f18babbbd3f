"""The file that a fetch fills: whole bars in Parquet, and beside it the part that is not finished.

Decides how both look and how one becomes the other. Imports pyarrow, its sibling shapes, errors.
Invariants: a part has another extension, which no reader of bars takes; a page is in it whole or not at
all, whenever the process dies; the Parquet file is replaced in one step, and never one that was not
fetched; one process writes at a time.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from ytc_tui.adapters.feeds.fetching import MINUTE_MS, BarRow, Stretch, moment
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import AlreadyRunning, DataInvalid, UsageInvalid, YtcError

COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")
ROW_GROUP = 7 * 24 * 60
_PREFIX = "ytc."


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose bars a file holds; two fetches share a file only if all of this is equal."""

    venue: str
    market: str
    symbol: str
    timeframe: str

    @property
    def file_name(self) -> str:
        return f"{self.venue}_{self.market}_{self.symbol}_{self.timeframe}.parquet"


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished file: its stretch, all its bars' opens (UTC ms), and whether it was written anew."""

    stretch: Stretch
    times_ms: Sequence[int]
    written: bool


class FetchedFile:
    """The bars of `identity` at `path`, opened for adding; a `PageStore`. Close it after use.

    DataInvalid: the file there is another's, or the part is damaged. AlreadyRunning: another process
    fills it.
    """

    def __init__(self, path: Path, identity: Identity) -> None:
        self.path = path
        self.part_path = path.with_name(f"{path.name}.part")
        self._identity = identity
        self._has_pages = False
        self.resumed = 0
        self._part = self._open_part()
        try:
            self._held = _held_stretch(path, identity)
            self._known = [] if self._held is None else [self._held]
            for stretch, rows in self._pages():
                self._has_pages = True
                self._known = merged([*self._known, stretch])
                self.resumed += len(rows)
        except BaseException:
            self.close()
            raise

    def take(self, wanted: Stretch) -> None:
        """Refuse a range that would leave a break between it and what is here already."""
        for known in self._known:
            if wanted.to_ms < known.from_ms or wanted.from_ms > known.to_ms:
                unfinished = " and its unfinished part" if self._has_pages else ""
                raise UsageInvalid(
                    f"{wanted} does not meet {known}, which {self.path}{unfinished} already holds",
                    where="--from, --to",
                    fix="name another file with --out, or ask for all between",
                )

    def covered(self, at_ms: int) -> int:
        return next((to_ms for from_ms, to_ms in self._known if from_ms <= at_ms < to_ms), at_ms)

    def next_covered(self, at_ms: int) -> int | None:
        return next((from_ms for from_ms, _ in self._known if from_ms > at_ms), None)

    def add(self, stretch: Stretch, rows: Sequence[BarRow]) -> None:
        line = json.dumps({"from": stretch.from_ms, "to": stretch.to_ms, "rows": rows})
        try:
            self._part.write(f"{line}\n".encode())
            self._part.flush()
            os.fsync(self._part.fileno())
        except OSError as error:
            raise self._unwritable(error) from error
        self._known = merged([*self._known, stretch])
        self._has_pages = True

    def finish(self, wanted: Stretch, origin: Mapping[str, str]) -> Finished:
        """Make the part and the file one file, whose metadata tell `origin`, and remove the part.

        DataInvalid when there is no bar at all. A file that would not change is left as it is.
        """
        whole = next(known for known in self._known if known.from_ms <= wanted.from_ms < known.to_ms)
        blocks = [np.array(rows, dtype=_ROW) for stretch, rows in self._pages() if rows]
        held = _held_rows(self.path) if self._held is not None else np.empty(0, dtype=_ROW)
        bars = np.concatenate([held, *blocks])
        bars = bars[np.unique(bars["timestamp"], return_index=True)[1]]
        times = bars["timestamp"]
        bars = bars[(times >= whole.from_ms) & (times < whole.to_ms)]
        if not len(bars):
            self._has_pages = False
            raise DataInvalid(
                f"the venue has no bar of {self._identity.symbol} in {wanted}", where="--from, --to"
            )
        # Bars that are not there yet may come: what follows the last one is not known.
        stretch = Stretch(whole.from_ms, int(bars["timestamp"][-1]) + MINUTE_MS)
        written = len(bars) > len(held) or stretch != self._held
        if written:
            self._replace(bars, {**asdict(self._identity), **origin, **_told(stretch)})
        self._has_pages = False
        return Finished(stretch, bars["timestamp"].tolist(), written)

    def close(self) -> None:
        """Let go; a part without a page is removed."""
        if not self._has_pages:
            self.part_path.unlink(missing_ok=True)
        self._part.close()

    def _open_part(self) -> IO[bytes]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.part_path.open("a+b")
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            part.close()
            raise AlreadyRunning("another process is filling it", where=str(self.part_path)) from error
        except OSError as error:
            raise self._unwritable(error) from error
        if not self.part_path.exists() or os.fstat(part.fileno()).st_ino != self.part_path.stat().st_ino:
            part.close()
            raise AlreadyRunning(
                "another process has just filled it", where=str(self.path), fix="start again"
            )
        part.seek(0)
        head = json.dumps(asdict(self._identity), sort_keys=True).encode() + b"\n"
        content = part.read()
        if content.startswith(head):
            part.truncate(content.rindex(b"\n") + 1)
        elif head.startswith(content):
            part.truncate(0)
            part.write(head)
        else:
            part.close()
            raise DataInvalid(
                "is the part of another fetch", where=str(self.part_path), fix="finish that one, or remove it"
            )
        part.flush()
        return part

    def _pages(self) -> Iterator[tuple[Stretch, list[BarRow]]]:
        self._part.seek(0)
        next(self._part)
        for number, line in enumerate(self._part, start=2):
            try:
                page = loads(line)
                stretch, rows = (
                    Stretch(int(page["from"]), int(page["to"])),
                    [tuple(row) for row in page["rows"]],
                )
            except (ValueError, KeyError, TypeError) as error:
                raise DataInvalid(
                    "is damaged", where=f"{self.part_path}:{number}", fix="remove it and fetch again"
                ) from error
            yield stretch, rows

    def _replace(self, bars: Any, told: Mapping[str, str]) -> None:
        metadata = {f"{_PREFIX}{key}": text for key, text in told.items()}
        table = pa.table({name: bars[name] for name in COLUMNS}).replace_schema_metadata(metadata)
        fresh = self.path.with_name(f"{self.path.name}.new")
        try:
            with fresh.open("wb") as file:
                pa_parquet.write_table(table, file, compression="zstd", row_group_size=ROW_GROUP)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> YtcError:
        return YtcError(
            f"cannot be written: {error.strerror}",
            where=str(self.path),
            fix="make room or name another place with --out; the same command goes on where it stopped",
        )


_ROW = np.dtype([(name, np.int64 if name == "timestamp" else np.float64) for name in COLUMNS])


def merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The same time in as few stretches as can be, in order; those that touch become one."""
    found: list[Stretch] = []
    for stretch in sorted(stretches):
        if found and stretch.from_ms <= found[-1].to_ms:
            found[-1] = Stretch(found[-1].from_ms, max(found[-1].to_ms, stretch.to_ms))
        else:
            found.append(stretch)
    return found


def _told(stretch: Stretch) -> dict[str, str]:
    return {
        "from": f"{moment(stretch.from_ms)} UTC",
        "from_ms": str(stretch.from_ms),
        "to_ms": str(stretch.to_ms),
    }


def _held_stretch(path: Path, identity: Identity) -> Stretch | None:
    """What the file at `path` holds, None without one. DataInvalid unless it was fetched as `identity`."""
    if not os.path.exists(path):
        return None
    fix = "name another file with --out"
    try:
        metadata = pa_parquet.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError) as error:
        raise DataInvalid(f"not a readable Parquet file: {error}", where=str(path), fix=fix) from error
    told = {key.decode(): text.decode("utf-8", "replace") for key, text in metadata.items()}
    for key, value in asdict(identity).items():
        found = told.get(f"{_PREFIX}{key}")
        if found is None:
            raise DataInvalid(
                "was not fetched with this command, so it stays as it is", where=str(path), fix=fix
            )
        if found != value:
            raise DataInvalid(f"holds {key} {found!a}, not {value}", where=str(path), fix=fix)
    try:
        return Stretch(int(told[f"{_PREFIX}from_ms"]), int(told[f"{_PREFIX}to_ms"]))
    except (KeyError, ValueError) as error:
        raise DataInvalid("does not tell what it covers", where=str(path), fix=fix) from error


def _held_rows(path: Path) -> Any:
    table = pa_parquet.read_table(path, columns=list(COLUMNS))
    rows = np.empty(table.num_rows, dtype=_ROW)
    for name in COLUMNS:
        rows[name] = table.column(name).to_numpy()
    return rows

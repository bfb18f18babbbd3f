"""Copies of a value along its way, so that no place is far from one.

Decides how many are kept. Standard library only. Invariants: a copy shares nothing with the value that it
was taken of; there are never more than `MOST` of them.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from bisect import bisect_right
from typing import Any, Generic, TypeVar

MOST = 256
_Hash = type(hashlib.sha256())

ValueT = TypeVar("ValueT")


class Checkpoints(Generic[ValueT]):
    """Copies by place, each `spacing` or more after the one before; doubled when there are too many."""

    def __init__(self, spacing: int) -> None:
        self.spacing = spacing
        self._places: list[int] = []
        self._kept: list[tuple[bytes, tuple[Any, ...]]] = []

    def due(self, place: int) -> bool:
        """Whether `place`, later than every one that is kept, is far enough from the last."""
        return not self._places or place - self._places[-1] >= self.spacing

    def keep(self, place: int, value: ValueT) -> None:
        """Keep a copy of `value` as it is at `place`, which is later than every one that is kept."""
        if len(self._places) >= MOST:
            del self._places[1::2], self._kept[1::2]
            self.spacing *= 2
        self._places.append(place)
        self._kept.append(_packed(value))

    def before(self, place: int) -> tuple[int, ValueT]:
        """The nearest place at or before `place`, and a copy of the value there. LookupError if none is."""
        index = bisect_right(self._places, place) - 1
        if index < 0:
            raise LookupError(f"nothing is kept at or before {place}")
        packed, hashes = self._kept[index]
        value: ValueT = _Unpacking(packed, hashes).load()
        return self._places[index], value


def _packed(value: object) -> tuple[bytes, tuple[Any, ...]]:
    """The bytes of `value`, and copies of the rolling digests in it, which no bytes can hold."""
    out = io.BytesIO()
    packing = _Packing(out, pickle.HIGHEST_PROTOCOL)
    packing.hashes = []
    packing.dump(value)
    return out.getvalue(), tuple(packing.hashes)


class _Packing(pickle.Pickler):
    hashes: list[Any]

    def persistent_id(self, obj: Any) -> int | None:
        if not isinstance(obj, _Hash):
            return None
        self.hashes.append(obj.copy())
        return len(self.hashes) - 1


class _Unpacking(pickle.Unpickler):
    def __init__(self, packed: bytes, hashes: tuple[Any, ...]) -> None:
        super().__init__(io.BytesIO(packed))
        self._hashes = hashes

    def persistent_load(self, pid: Any) -> Any:
        return self._hashes[pid].copy()

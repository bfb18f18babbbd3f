"""What a session only ever adds to, found without a search through all of it.

Decides nothing. Standard library only. Invariant: an answer is the one that a search would give; nothing here
is state, and whoever loses it loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Generic, TypeVar

ValueT = TypeVar("ValueT")


class Index(Generic[ValueT]):
    """Finds values of a mapping to which names are only added, by a word of each that never changes."""

    def __init__(self, word_of: Callable[[ValueT], str]) -> None:
        self._word_of = word_of
        self._read = 0
        self._of: Mapping[str, ValueT] = {}
        self._names: dict[str, list[str]] = {}

    def find(self, values: Mapping[str, ValueT], word: str) -> Iterator[ValueT]:
        """Those of `values` with this word, in their order."""
        if values is not self._of or len(values) < self._read:
            self._of, self._read, self._names = values, 0, {}
        if len(values) > self._read:
            for name, value in islice(values.items(), self._read, None):
                self._names.setdefault(self._word_of(value), []).append(name)
            self._read = len(values)
        return (values[name] for name in self._names.get(word, ()))

"""Bugs that are planted on purpose: each must be found, or the worlds have no teeth (safety.md 8, 2).

A bug is a name, what it does wrong, and the patches that bring it in; `planted` takes them out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

Patch = tuple[Any, str, Any]


@dataclass(frozen=True)
class Bug:
    """One bug: its name says what the program would do."""

    name: str
    patches: tuple[Patch, ...]


BUGS: list[Bug] = []


def bug(name: str, *patches: Patch) -> None:
    BUGS.append(Bug(name, patches))


@contextmanager
def planted(one: Bug) -> Iterator[None]:
    """The program with this bug in it."""
    with ExitStack() as stack:
        for target, name, replacement in one.patches:
            stack.enter_context(patch.object(target, name, replacement))
        yield


def nothing(*_: Any, **__: Any) -> Iterator[Any]:
    return iter(())


def without(original: Callable[..., Iterator[Any]], *kinds: type) -> Callable[..., Iterator[Any]]:
    """The decider without its events of these types."""
    return lambda *args, **more: (e for e in original(*args, **more) if not isinstance(e, kinds))


def changed(original: Callable[..., Iterator[Any]], kind: type, change: Callable[[Any], Any]) -> Any:
    """The decider with its events of one type changed."""
    return lambda *args, **more: (change(e) if isinstance(e, kind) else e for e in original(*args, **more))


def of(module: Any, name: str) -> Any:
    """What a module has by this name, also where it has it from another."""
    return getattr(module, name)

"""What a person is shown of a text that came in, as an entry gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.outputs import told
from ytc_tui.commands.answer import Answer

Shown = Iterator[tuple[str, str]]
Entry = Callable[[str, Path], Shown]


def answered(read: Callable[[], object]) -> Shown:
    """What is shown of a reading: its error, or its result as the program would word it."""

    def ask() -> Answer:
        found = read()
        return found if isinstance(found, Answer) else Answer("", None)

    return told(ask)


def utf8(text: str) -> str:
    """As any file or socket would hand it over: lone surrogates do not fit into UTF-8."""
    return text.encode(errors="replace").decode()


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_bytes(content.encode(errors="surrogateescape" if content.isascii() else "replace"))
    return path

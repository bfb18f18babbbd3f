"""Widgets are given Content, never a str: Textual reads a str as markup, and foreign text would act.

What a call is given is followed through the code: a literal of Content, a call of what returns Content, or a
name, an attribute or a parameter that holds one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import ytc_tui

SCREENS = Path(ytc_tui.__file__).parent / "screens"
FILES = sorted(SCREENS.rglob("*.py"))
# Calls whose first argument is shown, by the name that is called.
SHOWING = {"Static", "Label", "update", "notify", "say_content", "set_tooltip"}
TITLES = {"border_title", "border_subtitle", "tooltip"}
CONTENT = {"Content", "Text", "Group"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def returning_content() -> frozenset[str]:
    """Names of the functions of the screens that are declared to return Content."""
    return frozenset(
        node.name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, Function) and node.returns is not None and ast.unparse(node.returns) in CONTENT
    )


class Room:
    """One module: what its names and attributes hold."""

    def __init__(self, source: str, makers: frozenset[str]) -> None:
        self.tree = ast.parse(source)
        self._makers = makers
        self._held: set[str] = set()
        for _ in range(3):  # a name may be made of a name
            self._held |= set(self._names_of_content())

    def _names_of_content(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            match node:
                case ast.arg(arg=name, annotation=kind) if kind is not None and ast.unparse(kind) in CONTENT:
                    yield name
                case ast.AnnAssign(target=target, annotation=kind) if ast.unparse(kind) in CONTENT:
                    yield ast.unparse(target)
                case ast.Assign(targets=[ast.Tuple(elts=left)], value=ast.Tuple(elts=right)):
                    yield from (
                        ast.unparse(a) for a, b in zip(left, right, strict=False) if self.is_content(b)
                    )
                case ast.Assign(targets=targets, value=value) if self.is_content(value):
                    yield from map(ast.unparse, targets)

    def is_content(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Name(id=name)):
                return name in CONTENT | self._makers
            case ast.Call(func=ast.Attribute(value=owner, attr=name)):
                return ast.unparse(owner).split("(")[0] in CONTENT or name in self._makers
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.Add(), right=other):
                return self.is_content(one) and self.is_content(other)
            case ast.Name() | ast.Attribute():
                return ast.unparse(node) in self._held
        return False

    def violations(self) -> list[str]:
        found = []
        for node in ast.walk(self.tree):
            match node:
                case ast.Call(func=called, args=[first, *_]):
                    name = getattr(called, "attr", getattr(called, "id", ""))
                    mapping = isinstance(called, ast.Attribute) and ast.unparse(called.value).endswith(
                        "views"
                    )
                    if name in SHOWING and not mapping and not self.is_content(first):
                        found.append(f"{node.lineno}: {ast.unparse(node)}")
                case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if name in TITLES:
                    if not self.is_content(value):
                        found.append(f"{node.lineno}: {ast.unparse(node)}")
                case ast.Attribute(attr="from_markup" | "render_str"):
                    found.append(f"{node.lineno}: {ast.unparse(node)} reads markup")
        return found


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(SCREENS)) for path in FILES])
def test_widgets_are_given_content(path: Path) -> None:
    assert not Room(path.read_text(), returning_content()).violations()


@pytest.mark.parametrize(
    "line",
    [
        "Static('text')",
        "Static(f'{name}')",
        "self.update(name)",
        "self.update(str(error))",
        "self.query_one(Static).update('a' + name)",
        "self.app.notify(f'{error}')",
        "self.border_title = view.symbol",
        "self.border_title = title.markup",
        "Label(Content('x') if ok else 'y')",
        "Static(Content.from_markup(name))",
    ],
)
def test_a_text_is_found(line: str) -> None:
    assert Room(line, frozenset()).violations()


@pytest.mark.parametrize(
    "line",
    [
        "Static(Content('text'), classes='title')",
        "Static(id='body')",
        "self.update(Content.assemble('a', ('b', 'bold')))",
        "def show(body: Content) -> None:\n    Static(body)",
        "text = Content('a')\nmore = text + Content('b')\nself.update(more)",
        "self.link.views.update(frame.views)",
        "self.border_title = made(view)",
    ],
)
def test_content_is_let_through(line: str) -> None:
    assert not Room(line, frozenset({"made"})).violations()


def test_no_content_has_an_auto_colour() -> None:
    """`$text-muted` and its like need the ground below: in Content they come out as bright as can be."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in ("$text", "$text-muted", "$text-disabled")
    ]
    assert not found

"""The setup finders, found by what lies in this package.

Decides which modules are setups: every module here defines `KIND: SetupKind` and
`find(market: SymbolAnalysis, params: SetupParams) -> SetupScan`. A new setup is one new file.
Imports analysis and the model.
Invariant: one module per kind; the order of scanning is the order of `SetupKind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.signals import Setup, SetupKind, SetupScan

Finder = Callable[[SymbolAnalysis, SetupParams], SetupScan]


@cache
def finders() -> Mapping[SetupKind, Finder]:
    """Every setup finder of this package by kind.

    A module without `KIND` and `find`, or a second module of one kind, raises TypeError.
    """
    found: dict[SetupKind, Finder] = {}
    for info in iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        kind = getattr(module, "KIND", None)
        find = getattr(module, "find", None)
        if not isinstance(kind, SetupKind) or not callable(find):
            raise TypeError(f"{module.__name__} must define KIND: SetupKind and find(market, params)")
        if kind in found:
            raise TypeError(f"{module.__name__}: a finder of {kind} exists already")
        found[kind] = find
    return MappingProxyType({kind: found[kind] for kind in SetupKind if kind in found})


def scan(market: SymbolAnalysis, params: SetupParams, kinds: Iterable[SetupKind] | None = None) -> SetupScan:
    """Run the finders of `kinds` (all when None) over one market, results in order of kind.

    What was missing is named with its kind: `PB: trend is sideways`. An asked kind without a
    finder raises KeyError.
    """
    available = finders()
    setups: list[Setup] = []
    missing: list[str] = []
    for kind in available if kinds is None else kinds:
        found = available[kind](market, params)
        setups.extend(found.setups)
        missing.extend(f"{kind}: {reason}" for reason in found.missing)
    return SetupScan(tuple(setups), tuple(missing))

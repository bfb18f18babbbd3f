"""Exit policies, found by what lies in this package.

Decides which modules are policies: every module here defines `NAME` (the file's name), `SUMMARY`,
`PARTS` (1 or 2), `shape`, `stops` and `leave`, as in `ytc_tui.analysis.exit_policy.ExitPolicy`. A new
policy is one new file. Imports analysis and the model.
Invariant: one module per policy; a module that is none raises TypeError.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from ytc_tui.analysis.exit_policy import ExitPolicy


def policy_of(module: ModuleType) -> ExitPolicy:
    """The policy that a module is; TypeError names what the module lacks."""
    stem = module.__name__.rpartition(".")[2]
    name, summary = getattr(module, "NAME", None), getattr(module, "SUMMARY", None)
    if name != stem:
        raise TypeError(f"{module.__name__}: NAME must be {stem!r}, is {name!r}")
    if not isinstance(summary, str) or not summary or "\n" in summary:
        raise TypeError(f"{module.__name__}: SUMMARY must be one line of text")
    parts = getattr(module, "PARTS", None)
    if parts not in (1, 2):
        raise TypeError(f"{module.__name__}: PARTS must be 1 or 2, is {parts!r}")
    shape, stops, leave = (getattr(module, answer, None) for answer in ("shape", "stops", "leave"))
    if not (callable(shape) and callable(stops) and callable(leave)):
        raise TypeError(f"{module.__name__} must define shape, stops and leave")
    return ExitPolicy(stem, summary, parts, shape, stops, leave)


@cache
def policies() -> Mapping[str, ExitPolicy]:
    """Every exit policy of this package by name."""
    names = sorted(info.name for info in iter_modules(__path__))
    found = (policy_of(import_module(f"{__name__}.{name}")) for name in names)
    return MappingProxyType({policy.name: policy for policy in found})

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ytc_tui.analysis import exits
from ytc_tui.boot import RunRequest, prepare
from ytc_tui.config import load_settings
from ytc_tui.errors import ConfigInvalid

POLICY = """
NAME = {name!r}
SUMMARY = {summary!r}
PARTS = {parts}
def shape(plan, instrument, rules): return plan
def stops(view): return iter(())
def leave(view): return None
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules join the package for one test."""
    monkeypatch.setattr(exits, "__path__", [*exits.__path__, str(tmp_path)])
    exits.policies.cache_clear()
    yield tmp_path
    exits.policies.cache_clear()
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(f"{exits.__name__}.{path.stem}", None)
        if hasattr(exits, path.stem):
            delattr(exits, path.stem)


def test_every_module_of_the_package_is_a_policy() -> None:
    modules = {path.stem for path in Path(exits.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(exits.policies()) == modules >= {"ytc", "percent"}


def test_a_new_file_is_a_new_policy_that_a_session_can_choose(folder: Path) -> None:
    (folder / "extra_wait.py").write_text(POLICY.format(name="extra_wait", summary="waits", parts=1))
    assert exits.policies()["extra_wait"].parts == 1
    loaded = load_settings(None, {"trading.exit_policy": "extra_wait"}, environment={})
    assert prepare(loaded, RunRequest(demo=True), {}).policy.management.policy == "extra_wait"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (POLICY.format(name="other", summary="x", parts=1), "NAME must be 'extra_bad'"),
        (POLICY.format(name="extra_bad", summary="two\nlines", parts=1), "SUMMARY must be one line"),
        (POLICY.format(name="extra_bad", summary="x", parts=3), "PARTS must be 1 or 2, is 3"),
        ("NAME = 'extra_bad'\nSUMMARY = 'x'\nPARTS = 1\n", "must define shape, stops and leave"),
    ],
)
def test_a_module_that_is_no_policy_is_refused(folder: Path, text: str, problem: str) -> None:
    (folder / "extra_bad.py").write_text(text)
    with pytest.raises(TypeError, match=problem):
        exits.policies()


def test_an_unknown_policy_is_refused_with_the_nearest_name() -> None:
    loaded = load_settings(None, {"trading.exit_policy": "percents"}, environment={})
    with pytest.raises(ConfigInvalid, match=r"trading\.exit_policy: percents is not known"):
        prepare(loaded, RunRequest(demo=True), {})

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.analysis.series import demo_bars, fed
from ytc_tui.analysis import setups
from ytc_tui.analysis.params import AnalysisParams, SetupParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.signals import SetupKind

FINDER = """
from ytc_tui.model.signals import SetupKind, SetupScan
KIND = SetupKind.{kind}
def find(market, params):
    return SetupScan((), ("never",))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules join the package for one test."""
    monkeypatch.setattr(setups, "__path__", [*setups.__path__, str(tmp_path)])
    setups.finders.cache_clear()
    yield tmp_path
    setups.finders.cache_clear()
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(f"{setups.__name__}.{path.stem}", None)
        if hasattr(setups, path.stem):
            delattr(setups, path.stem)


def test_each_of_the_five_has_a_finder() -> None:
    assert list(setups.finders()) == list(SetupKind)


def test_every_module_of_the_package_is_a_finder_of_its_own_kind() -> None:
    package = Path(setups.__file__).parent
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    assert {kind.value.lower() for kind in setups.finders()} == modules


def test_a_new_file_is_a_new_setup_scanned_in_order_of_kind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setups, "__path__", [str(folder)])
    (folder / "extra_1.py").write_text(FINDER.format(kind="PB"))
    (folder / "extra_2.py").write_text(FINDER.format(kind="TST"))
    assert list(setups.finders()) == [SetupKind.TST, SetupKind.PB]
    market = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    scan = setups.scan(market, SetupParams())
    assert scan.missing == ("TST: never", "PB: never")


def test_a_second_finder_of_one_kind_is_refused(folder: Path) -> None:
    (folder / "extra_pb.py").write_text(FINDER.format(kind="PB"))
    with pytest.raises(TypeError, match="exists already"):
        setups.finders()


def test_a_module_that_is_no_finder_is_refused(folder: Path) -> None:
    (folder / "extra_note.py").write_text("TEXT = 'x'\n")
    with pytest.raises(TypeError, match="must define KIND"):
        setups.finders()


def test_scan_names_the_kind_of_what_is_missing() -> None:
    market = fed(SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams()), demo_bars()[:10])
    scan = setups.scan(market, SetupParams(), [SetupKind.PB])
    assert scan.setups == ()
    assert scan.missing == ("PB: analysis is not ready: too few bars since the start or a hole",)


def test_scan_of_all_kinds_runs_every_finder() -> None:
    market = fed(SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams()), demo_bars()[:10])
    assert {line.split(":")[0] for line in setups.scan(market, SetupParams()).missing} == set(
        setups.finders()
    )


def test_an_asked_kind_without_a_finder_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setups, "__path__", [str(folder)])
    market = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    with pytest.raises(KeyError):
        setups.scan(market, SetupParams(), [SetupKind.TST])

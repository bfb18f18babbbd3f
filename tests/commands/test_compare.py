"""`ytc compare`: which sets it takes, and what it says about them; the run itself in a real process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys.process import Home
from ytc_tui.adapters.feeds.demo import demo_paths
from ytc_tui.commands.compare import differing_settings, variants_of
from ytc_tui.errors import ConfigInvalid, UsageInvalid, YtcError


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_a_set_is_a_file_or_assignments_or_base(tmp_path: Path) -> None:
    (tmp_path / "slow.toml").write_text("[risk]\nmax_positions = 2\n[trading]\nsetups = ['PB', 'TST']\n")
    one, two, three = variants_of(("base", "slow.toml", "risk.max_positions=2; trading.setups=PB,TST"), None)
    assert [one.name, two.name, three.name] == ["A", "B", "C"]
    assert two.loaded.settings == three.loaded.settings != one.loaded.settings
    assert two.loaded.origin("risk.max_positions").endswith("slow.toml:2")
    assert differing_settings((one, two, three)) == {
        "risk.max_positions": {"A": "3", "B": "2", "C": "2"},
        "trading.setups": {
            "A": '["TST", "BOF", "BPB", "PB", "CPB"]',
            "B": '["PB", "TST"]',
            "C": '["PB", "TST"]',
        },
    }
    assert differing_settings((two, three)) == {}


def test_a_set_stands_over_file_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("[risk]\nmax_positions = 5\n")
    monkeypatch.setenv("YTC_RISK__MAX_POSITIONS", "4")
    base, other = variants_of(("base", "risk.max_positions=2"), None)
    assert [each.loaded.settings.risk.max_positions for each in (base, other)] == [4, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "risk.max_positons=2",
            "--set B, flag: unknown key risk.max_positons.*did you mean risk.max_positions",
        ),
        ("risk.max_positions=many", '--set B, flag: risk.max_positions = "many" is not allowed'),
        ("missing.toml", '--set B: "missing.toml" is no file and no key=value'),
        ("bad.toml", "--set B, file bad.toml:1: unknown key riks"),
        ("paper.seed=7", "--set B: paper.seed is the same for every set"),
        ("feed.data=x.csv", "--set B: feed.data is the same for every set"),
        ("session.symbols=BTCUSDT", "--set B: session.symbols is the same for every set"),
        ("risk.max_positions=0;risk.x=1", "2 problems in the settings"),
    ],
)
def test_what_is_no_set_is_refused_with_its_letter_and_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.toml").write_text("[riks]\nx = 1\n")
    with pytest.raises(ConfigInvalid, match=said):
        variants_of(("base", text), None)


@pytest.mark.parametrize(
    "text",
    [
        "trading.approval=confirm",
        "trading.approval_by_setup.PB=confirm",
        "handoff.approve.paper=PRE_MARKET->SESSION_OPEN",
    ],
)
def test_what_waits_for_a_person_is_refused(text: str) -> None:
    with pytest.raises(UsageInvalid, match="--set B: it waits for a person"):
        variants_of(("base", text), None)


@pytest.mark.parametrize("count", [0, 1, 9])
def test_it_takes_two_to_eight_sets(count: int) -> None:
    with pytest.raises(YtcError, match=f"{count} sets of settings were given"):
        variants_of(("base",) * count, None)


@pytest.mark.slow
def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    home = Home(tmp_path / "state", tmp_path)
    home.folder.mkdir()
    data = [text for path in demo_paths() for text in ("--data", str(path))]
    days = ["--from", "2022-11-08T03:46Z", "--to", "2022-11-08T08:30Z"]
    sets = ["--set", "base", "--set", "risk.max_positions=1;trading.exit_policy=percent"]
    first, second = (home.ytc("compare", *sets, *data, *days) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    said = first.stdout
    assert 'trading.exit_policy  "ytc"  "percent"' in said
    assert "1 sessions in both" in said
    assert "trades, and fewer than 20 tell nothing" in said
    assert said.rstrip().endswith("Nothing is recommended, and nothing was applied.")
    assert "A: 1 sessions" in first.stderr
    assert list(home.folder.iterdir()) == []
    refused = home.ytc("compare", *sets, "--data", "missing_um_BTCUSDT_1m.csv", "--json")
    assert refused.returncode == 2
    assert "missing_um_BTCUSDT_1m.csv: no such file" in refused.stderr
    assert json.loads(refused.stdout)["error"] == "DataInvalid"

"""Whether an engine outlives the user's logout: what systemd-logind's files say, as it reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ytc_tui.adapters.logout import survives_logout

Ask = Callable[..., tuple[str, str]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    systemd, linger, vendor, local = (tmp_path / name for name in ("run", "linger", "vendor", "etc"))
    for folder in (systemd, linger, vendor, local):
        folder.mkdir()

    def asked(user: str = "alex") -> tuple[str, str]:
        return survives_logout(systemd=systemd, linger=linger, configured=(vendor, local), user=user)

    return asked


def test_without_systemd_nobody_ends_it(tmp_path: Path) -> None:
    assert survives_logout(systemd=tmp_path / "missing", user="alex")[0] == "yes"


def test_where_nothing_is_said_it_is_unknown(ask: Ask) -> None:
    assert ask()[0] == "unknown"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[Login]\nKillUserProcesses=no\n", "yes"),
        ("[Login]\nKillUserProcesses=yes\n", "no"),
        ("[Login]\n  killuserprocesses = True\n", "no"),
        ("[Login]\n#KillUserProcesses=yes\n", "unknown"),
        ("[Login]\nKillUserProcesses=yes\nKillUserProcesses=no\n", "yes"),
    ],
)
def test_the_setting_decides(ask: Ask, tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "vendor" / "a.conf").write_text(text)
    assert ask()[0] == word


def test_the_later_file_wins(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "vendor" / "z.conf").write_text("KillUserProcesses=yes")
    (tmp_path / "etc" / "a.conf").write_text("KillUserProcesses=no")
    assert ask()[0] == "yes"


def test_lingering_wins_over_the_setting(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "etc" / "a.conf").write_text("KillUserProcesses=yes")
    (tmp_path / "linger" / "alex").touch()
    assert ask()[0] == "yes"
    word, why = ask("sam")
    assert word == "no"
    assert "enable-linger" in why


def test_what_cannot_be_read_is_unknown(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "etc" / "a.conf").symlink_to(tmp_path / "etc" / "a.conf")
    assert ask()[0] == "unknown"

"""Names and rights of the program's files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from ytc_tui.adapters.paths import paths_of, private_folder, session_name
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.session import Mode

UUID = "5f0c4b1e-2a0d-5d7e-9f64-0d3a8f6f1c11"


def test_the_environment_names_the_folders(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path), "XDG_RUNTIME_DIR": "/run/user/1000"}
    paths = paths_of(Mode.PAPER, environ)
    assert paths.database == tmp_path / "ytc" / "paper" / "ytc.db"
    assert paths.socket(UUID) == Path(f"/run/user/1000/ytc/{UUID}.sock")
    assert paths.kill_file(UUID) == tmp_path / "ytc" / "paper" / f"kill-{UUID}"
    assert paths.kill_file() == tmp_path / "ytc" / "paper" / "kill"
    assert paths_of(Mode.LIVE, environ).database != paths.database
    spares = {paths.spare_file(UUID), paths.spare_file(UUID.replace("5f", "6f"))}
    assert len({paths.database, *spares, paths.log_dir, paths.lock_dir, paths.kill_file()}) == 6


def test_a_named_folder_goes_before_the_environment(tmp_path: Path) -> None:
    paths = paths_of(Mode.PAPER, {"XDG_STATE_HOME": "/elsewhere"}, state_dir=tmp_path)
    assert paths.state_dir == tmp_path / "ytc" / "paper"


@pytest.mark.parametrize("value", ["", "relative/state"])
def test_without_an_absolute_state_home_the_platform_decides(value: str) -> None:
    paths = paths_of(Mode.PAPER, {"XDG_STATE_HOME": value})
    assert paths.state_dir.is_absolute()
    assert paths.state_dir.parts[-2:] == ("ytc", "paper")


@given(runtime=st.text("abc/-_é", max_size=120))
def test_a_socket_path_always_fits(runtime: str) -> None:
    paths = paths_of(Mode.PAPER, {"XDG_RUNTIME_DIR": f"/{runtime}"})
    assert len(os.fsencode(paths.socket("x" * 63))) < 100


def test_everything_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    paths = paths_of(Mode.PAPER, {"XDG_STATE_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime)})
    old_mask = os.umask(0)
    try:
        paths.prepare()
        paths.prepare_sockets()
        paths.prepare()
    finally:
        os.umask(old_mask)
    for folder in (paths.state_dir, paths.state_dir.parent, paths.log_dir, paths.lock_dir, paths.socket_dir):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_rights_that_are_too_wide_are_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "wide"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name in ("file", "link", "file/below"):
        with pytest.raises(ConfigInvalid, match=str(tmp_path / name)):
            private_folder(tmp_path / name)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(ConfigInvalid, match="not to you"):
        private_folder(tmp_path)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 64, "a.b", "a\n"])
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(ConfigInvalid, match="not a session name"):
        session_name(name)

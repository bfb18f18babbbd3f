"""Sessions end signed, are signed on demand, and a store that was put back is found out."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.journeys.process import Home

SHORT = ("--demo", "--from", "2022-11-08T03:46Z", "--to", "2022-11-08T04:30Z", "--speed", "max")


def verified(home: Home) -> tuple[int, dict[str, Any]]:
    done = home.ytc("verify", "--json")
    return done.returncode, json.loads(done.stdout)


@pytest.mark.slow
def test_a_session_ends_signed_and_an_older_store_is_found_out(home: Home) -> None:
    first, *_ = home.documents(*SHORT)
    code, data = verified(home)
    [session] = data["sessions"]
    assert code == 0
    assert (session["signed"]["seq"], session["signed"]["hash"]) == (
        first["journal"]["entries"],
        first["journal"]["head"],
    )
    older = home.folder / "older.db"
    with (
        closing(sqlite3.connect(home.paper / "ytc.db")) as store,
        closing(sqlite3.connect(older)) as backup,
    ):
        store.backup(backup)
    home.documents(*SHORT, "--label", "second")
    heads_file = home.paper.parent / "heads-paper.jsonl"
    assert len(heads_file.read_text().splitlines()) == 2
    assert json.loads(home.ytc("sign", "--json").stdout)["heads_file"] == str(heads_file)
    assert len(heads_file.read_text().splitlines()) == 2, "what is signed stays signed"

    for name in ("ytc.db-wal", "ytc.db-shm"):
        (home.paper / name).unlink(missing_ok=True)
    shutil.copy(older, home.paper / "ytc.db")
    code, data = verified(home)
    assert (code, data["verdict"]) == (2, "truncated")
    refused = home.ytc("sign")
    assert refused.returncode == 3
    assert "not signed, for it is not whole" in refused.stderr
    assert len(heads_file.read_text().splitlines()) == 2

    heads_file.rename(home.folder / "heads of before")
    code, data = verified(home)
    assert code == 1
    assert "is not there, though 1 heads were signed" in data["findings"][0]["text"]
    assert home.ytc("sign").returncode == 0
    assert (verified(home)[0], len(heads_file.read_text().splitlines())) == (0, 1)


@pytest.mark.slow
def test_a_key_that_others_can_read_signs_nothing_and_stops_nothing(home: Home) -> None:
    home.paper.parent.mkdir()
    key = home.paper.parent / "signing.key"
    key.write_text("")
    key.chmod(0o644)
    notices = home.folder / "notices.jsonl"
    document, *_ = home.documents(*SHORT, "--set", f"notify.file={notices}")
    assert document["session_status"] == "completed"
    told = [json.loads(line) for line in notices.read_text().splitlines()]
    assert any("is not signed" in notice["title"] and "chmod 600" in notice["message"] for notice in told)
    assert "can be reached by others" in home.ytc("verify").stderr

    key.unlink()
    assert verified(home)[1]["sessions"][0]["signed"] is None
    assert home.ytc("sign").returncode == 0
    assert verified(home)[1]["sessions"][0]["signed"]["seq"] == document["journal"]["entries"]


@pytest.mark.slow
def test_a_signature_of_another_key_is_found_out(home: Home) -> None:
    home.documents(*SHORT)
    key = home.paper.parent / "signing.key"
    key.rename(key.with_name("old.key"))
    assert verified(home)[0] == 0, "without a key of its own an installation takes any"
    home.documents(*SHORT, "--label", "second")
    code, data = verified(home)
    assert code == 1
    assert "which is not of this installation" in data["sessions"][0]["findings"][0]["text"]
    with closing(sqlite3.connect(home.paper / "ytc.db")) as connection:
        [(retired,)] = connection.execute("SELECT key FROM heads WHERE counter = 1").fetchall()
    key.with_name("signing.key.retired").write_text(f"{retired}\n")
    assert verified(home)[0] == 0

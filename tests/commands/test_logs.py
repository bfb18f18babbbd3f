"""`ytc logs`: the right lines, in order, and nothing in them that steers the terminal."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ytc_tui.adapters.logs import LogOptions, SessionLog, archive
from ytc_tui.adapters.redaction import Redactor
from ytc_tui.commands.logs import MAX_LINES, logs
from ytc_tui.errors import UsageInvalid

WriteLog = Callable[[str, list[tuple[int, str]]], SessionLog]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[WriteLog]:
    opened: list[SessionLog] = []

    def write_log(session: str, events: list[tuple[int, str]]) -> SessionLog:
        log = SessionLog(tmp_path, session, LogOptions(level="DEBUG"), Redactor())
        opened.append(log)
        for level, message in events:
            log.event(level, message, {"n": len(message)})
        log.close()
        return log

    yield write_log
    for log in opened:
        log.close()


def dated(folder: Path, session: str, *minutes: int) -> None:
    """A log with one line in each of these minutes after noon."""
    lines: list[dict[str, Any]] = [
        {"seq": n, "at": f"2022-11-08T12:{n:02d}:00.500Z", "level": "INFO", "logger": "x", "message": f"m{n}"}
        for n in minutes
    ]
    (folder / f"{session}.log").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def shown(folder: Path, **options: Any) -> list[str]:
    return [line["message"] for line in logs(folder, **options).data["lines"]]


def test_level_and_number_of_lines(write: WriteLog, tmp_path: Path) -> None:
    write("s-1", [(logging.DEBUG, "d"), (logging.INFO, "i"), (logging.WARNING, "w"), (logging.CRITICAL, "c")])
    assert shown(tmp_path) == ["d", "i", "w", "c"]
    assert shown(tmp_path, level="info") == ["i", "w", "c"]
    assert shown(tmp_path, level="WARNING") == ["w", "c"]
    assert shown(tmp_path, lines=2) == ["w", "c"]
    assert shown(tmp_path, level="DEBUG", lines=1) == ["c"]
    text = logs(tmp_path, level="CRITICAL").text
    assert text.split(" ", 1)[1] == "CRITICAL c  n=1"


def test_since(tmp_path: Path) -> None:
    dated(tmp_path, "s-1", 1, 2, 3)
    assert shown(tmp_path, since="2022-11-08T12:02Z") == ["m2", "m3"]
    assert shown(tmp_path, since="2022-11-08T14:03+02:00") == ["m3"]
    assert logs(tmp_path, since="2023-01-01").text == "nothing logged that fits"
    with pytest.raises(UsageInvalid, match="--since"):
        logs(tmp_path, since="yesterday")


def test_which_session(write: WriteLog, tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match=r"no log yet \(`ytc run` writes one\)"):
        logs(tmp_path)
    write("ab-1", [(logging.INFO, "one")])
    write("ab-2", [(logging.INFO, "two")])
    archive(tmp_path, "ab-1")
    assert shown(tmp_path, wanted="ab-1") == ["one"]
    assert shown(tmp_path, wanted="ab-2") == ["two"]
    assert logs(tmp_path).data["session"] in ("ab-1", "ab-2")
    assert logs(tmp_path, "last").data == logs(tmp_path).data
    with pytest.raises(UsageInvalid, match="2 logs fit"):
        logs(tmp_path, "ab")
    with pytest.raises(UsageInvalid, match=r"no log of session 'x'.*logs: ab-"):
        logs(tmp_path, "x")


def test_foreign_text_cannot_steer_the_terminal_or_pose_as_a_line(write: WriteLog, tmp_path: Path) -> None:
    write("s-1", [(logging.INFO, "\x1b[2J\x9b1mvenue\n2022-11-08T12:00:00Z INFO fake \u202e")])
    text = logs(tmp_path).text
    assert len(text.splitlines()) == 1
    assert not {"\x1b", "\x9b", "\u202e"} & set(text)


def test_a_traceback_is_indented(write: WriteLog, tmp_path: Path) -> None:
    log = SessionLog(tmp_path, "s-1", LogOptions(), Redactor())
    try:
        raise RuntimeError("broken \x1b[2J")
    except RuntimeError:
        logging.getLogger("ytc_tui").exception("failed")
    log.close()
    lines = logs(tmp_path).text.splitlines()
    assert lines[1] == "    Traceback (most recent call last):"
    assert lines[-1] == "    RuntimeError: broken �[2J"


def test_torn_and_foreign_lines_are_counted(tmp_path: Path) -> None:
    dated(tmp_path, "s-1", 1)
    with (tmp_path / "s-1.log").open("a") as file:
        file.write('{"seq": 2, "at": "20\n[]\n{}\n{"at": "x", "level": "INFO", "message": "m"}\n')
        file.write('{"at": "2022-11-08T12:00Z", "level": "LOUD", "message": "m"}\n')
    answer = logs(tmp_path)
    assert [line["message"] for line in answer.data["lines"]] == ["m1"]
    assert answer.data["unreadable"] == 5
    assert "(unreadable lines left out: 5)" in answer.text


@pytest.mark.parametrize(
    "options",
    [{"lines": 0}, {"lines": MAX_LINES + 1}, {"level": "LOUD"}, {"level": "Level 1"}, {"wanted": "../x"}],
)
def test_options_that_do_not_fit(tmp_path: Path, options: dict[str, Any]) -> None:
    dated(tmp_path, "s-1", 1)
    with pytest.raises(UsageInvalid):
        logs(tmp_path, **options)


def test_a_guards_log_is_shown_where_it_is_named(tmp_path: Path) -> None:
    dated(tmp_path, "guard-s-1", 2)
    assert shown(tmp_path) == ["m2"]
    dated(tmp_path, "s-1", 1)
    os.utime(tmp_path / "s-1.log", (1, 1))
    assert shown(tmp_path) == ["m1"]
    assert shown(tmp_path, wanted="guard-") == ["m2"]

"""The log: one JSON line an event, numbered, rotated, redacted, archived; it never hurts its caller."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.stores.disks import small_disk
from ytc_tui.adapters.logs import (
    LOGGER,
    LogOptions,
    SessionLog,
    archive,
    log_lines,
    log_sessions,
    prune_audit,
)
from ytc_tui.adapters.redaction import REDACTED, Redactor
from ytc_tui.errors import ConfigInvalid, UsageInvalid
from ytc_tui.model.chain import ChainHead, Entry

SESSION = "s-2022-11-08"
SECRET = "hunter2-hunter2"
OpenLog = Callable[..., SessionLog]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenLog]:
    logs: list[SessionLog] = []

    def open_log(session: str = SESSION, **options: Any) -> SessionLog:
        logs.append(SessionLog(tmp_path, session, LogOptions(**options), Redactor([SECRET])))
        return logs[-1]

    yield open_log
    for log in reversed(logs):
        log.close()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def entries(count: int, body: str = '{"a":1}') -> list[Entry]:
    head = ChainHead(SESSION)
    return [head.link(1_000 + n, "Something", 1, "c", "", body) for n in range(count)]


def test_an_event_is_one_line_with_number_time_level_and_fields(opened: OpenLog) -> None:
    log = opened()
    log.event(logging.WARNING, "first\nsecond % {x} \x1b[2J", {"symbol": "BTCUSDT", "n": 3})
    logging.getLogger("ytc_tui.engine").info("plain")
    logging.getLogger("some.library").info("not interesting")
    logging.getLogger("some.library").error("interesting")
    first, second, third = lines(log.path)
    assert first["message"] == "first\nsecond % {x} \x1b[2J"
    assert (first["seq"], first["level"], first["logger"]) == (1, "WARNING", LOGGER)
    assert first["fields"] == {"symbol": "BTCUSDT", "n": 3}
    assert first["at"].endswith("Z")
    assert (second["seq"], second["message"]) == (2, "plain")
    assert (third["logger"], third["level"]) == ("some.library", "ERROR")
    assert b"\x1b" not in log.path.read_bytes()
    assert log.lost == 0


@pytest.mark.parametrize(("level", "kept"), [("DEBUG", 4), ("INFO", 3), ("WARNING", 2), ("ERROR", 1)])
def test_the_level_decides_what_is_kept(opened: OpenLog, level: str, kept: int) -> None:
    log = opened(level=level)
    for each in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        log.event(each, "x")
    assert len(lines(log.path)) == kept


def test_secrets_are_taken_out_of_message_fields_and_traceback(opened: OpenLog) -> None:
    log = opened()
    log.event(
        logging.INFO, f"sent signature=abc and {SECRET}", {"url": f"https://x/?k={SECRET}", "passphrase": "p"}
    )
    try:
        raise RuntimeError(f"venue said {SECRET}")
    except RuntimeError:
        logging.getLogger(LOGGER).exception("failed")
    for entry in entries(1, json.dumps({"note": SECRET})):
        log.audit(entry)
    text = log.path.read_text() + log.audit_path.read_text()
    assert SECRET not in text
    assert "abc" not in text
    assert "RuntimeError: venue said [redacted]" in text
    assert lines(log.path)[0]["fields"]["passphrase"] == REDACTED


def test_agent_outputs_are_left_out_on_request(opened: OpenLog) -> None:
    with_outputs, without = opened("s1"), opened("s2", include_agent_outputs=False)
    without.agent_output("trend_definition", "t1", {"trend": "up"})
    assert lines(with_outputs.path) == []
    with_outputs.agent_output("trend_definition", "t1", {"trend": "up"})
    assert lines(with_outputs.path)[0]["fields"] == {"task_id": "t1", "output": {"trend": "up"}}


def test_the_audit_trail_holds_every_entry_once(opened: OpenLog) -> None:
    log = opened()
    written = entries(3)
    for entry in (*written[:2], written[1], *written):
        log.audit(entry)
    found = lines(log.audit_path)
    assert [line["seq"] for line in found] == [1, 2, 3]
    assert found[0] == {**written[0]._asdict(), "body": {"a": 1}}
    log.close()
    again = opened()
    assert again.audited_seq == 3


def test_no_audit_trail_on_request(opened: OpenLog) -> None:
    log = opened(audit_trail=False)
    log.audit(entries(1)[0])
    assert not log.audit_path.exists()


def test_rotation_keeps_so_many_files_and_the_numbers_go_on(opened: OpenLog, tmp_path: Path) -> None:
    log = opened(max_file_mb=1, keep_files=2)
    for _ in range(400):
        log.event(logging.INFO, "x" * 16_000)
    log.close()
    assert sorted(path.name for path in tmp_path.glob("*.log*")) == [
        f"{SESSION}.log",
        f"{SESSION}.log.1",
        f"{SESSION}.log.2",
    ]
    assert all(path.stat().st_size <= 1024 * 1024 for path in tmp_path.glob("*.log*"))
    kept = [json.loads(line)["seq"] for line in log_lines(tmp_path, SESSION)]
    assert kept == list(range(kept[0], 401))
    opened().event(logging.INFO, "after the restart")
    assert json.loads(list(log_lines(tmp_path, SESSION))[-1])["seq"] == 401


def test_a_line_torn_by_a_crash_spoils_only_itself(opened: OpenLog) -> None:
    log = opened()
    log.event(logging.INFO, "whole")
    log.close()
    with log.path.open("a") as file:
        file.write('{"seq": 2, "mess')
    again = opened()
    again.event(logging.INFO, "after")
    kept = again.path.read_text().splitlines()
    assert json.loads(kept[0])["seq"] == 1
    assert json.loads(kept[2])["message"] == "after"


def test_files_are_this_users_alone_and_never_links(opened: OpenLog, tmp_path: Path) -> None:
    log = opened()
    for path in (log.path, log.audit_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (tmp_path / "s9.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        opened("s9")
    with pytest.raises(ConfigInvalid, match="not a session name"):
        opened("../up")


def test_what_cannot_be_logged_is_counted_and_hurts_nobody(opened: OpenLog) -> None:
    class Unprintable:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    log = opened()
    log.event(logging.INFO, "a", {"bad": Unprintable()})
    assert log.lost == 1
    log.event(logging.INFO, "b" * 100_000, {"long": "y" * 100_000})
    (line,) = lines(log.path)
    assert len(line["message"]) == 16_384
    assert line["fields"] == {"omitted": "100012 characters"}


def test_a_full_disk_is_counted(opened: OpenLog) -> None:
    log = opened()
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, log._audit_fd)
    os.close(full)
    log.audit(entries(1)[0])
    assert log.lost == 1
    assert log.audited_seq == 0


def test_a_line_that_a_full_disk_cut_does_not_spoil_the_next(opened: OpenLog, tmp_path: Path) -> None:
    log = opened()
    first, second, third = entries(3)
    log.audit(first)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.audit_path.stat().st_size + 20, limits[1]))
    try:
        log.audit(second)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    log.audit(third)
    assert [line["seq"] for line in lines(log.audit_path)] == [1, 3]
    assert log.lost == 1


def test_a_log_on_a_full_disk_is_closed_without_an_error(tmp_path: Path) -> None:
    with small_disk(tmp_path, "256k") as disk:
        log = SessionLog(disk, "s1", LogOptions(), Redactor())
        with (disk / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
            while True:
                filler.write(bytes(4096))
        for _ in range(50):
            log.event(logging.INFO, "x" * 1_000)
        log.close()
        assert log.lost


def test_closing_leaves_logging_as_it_was(opened: OpenLog) -> None:
    before = (logging.root.handlers[:], logging.root.level, logging.getLogger(LOGGER).level)
    log = opened(level="DEBUG")
    log.close()
    log.close()
    assert (logging.root.handlers, logging.root.level, logging.getLogger(LOGGER).level) == before


def test_the_archive_holds_all_parts_and_goes_on_with_a_later_run(opened: OpenLog, tmp_path: Path) -> None:
    log = opened(max_file_mb=1, keep_files=3)
    for _ in range(100):
        log.event(logging.INFO, "x" * 16_000)
    log.close()
    packed = archive(tmp_path, SESSION)
    assert packed == tmp_path / f"{SESSION}.log.gz"
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.log")) + list(tmp_path.glob("*.tmp"))
    assert [json.loads(line)["seq"] for line in log_lines(tmp_path, SESSION)] == list(range(1, 101))
    assert archive(tmp_path, SESSION) == packed
    later = opened()
    later.event(logging.INFO, "second run")
    later.close()
    assert len(list(log_lines(tmp_path, SESSION))) == 101
    archive(tmp_path, SESSION)
    last = json.loads(list(log_lines(tmp_path, SESSION))[-1])
    assert (last["seq"], last["message"]) == (101, "second run")
    with pytest.raises(UsageInvalid, match="no log of session other"):
        archive(tmp_path, "other")


def test_sessions_with_a_log_newest_first(opened: OpenLog, tmp_path: Path) -> None:
    for place, name in enumerate(("s-a", "s-b", "s-c")):
        opened(name).close()
        os.utime(tmp_path / f"{name}.log", (place, place))
    archive(tmp_path, "s-a")
    assert log_sessions(tmp_path) == ("s-a", "s-c", "s-b")


def test_files_that_another_process_takes_away_meanwhile_are_passed_over(tmp_path: Path) -> None:
    # A listing still has their names, and nothing stands behind them.
    for name in ("s-1.audit.jsonl", "s-1.log", "s-1.log.1"):
        (tmp_path / name).symlink_to(tmp_path / "gone")
    assert prune_audit(tmp_path, 1, 2**62) == ()
    assert log_sessions(tmp_path) == ()
    assert list(log_lines(tmp_path, "s-1")) == []


def test_audit_files_are_kept_for_so_many_days(opened: OpenLog, tmp_path: Path) -> None:
    old, young = opened("s-old"), opened("s-young")
    day_ns = 86_400 * 10**9
    now_ns = 1_000 * day_ns
    os.utime(old.audit_path, ns=(now_ns - 366 * day_ns, now_ns - 366 * day_ns))
    os.utime(young.audit_path, ns=(now_ns - 364 * day_ns, now_ns - 364 * day_ns))
    assert prune_audit(tmp_path, 365, now_ns) == (old.audit_path,)
    assert young.audit_path.exists()

"""What guard and engine leave for each other: torn, changed, missing and foreign files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.engine.guard.test_watch import BEAT
from ytc_tui.adapters.guard.halt_file import UNREADABLE_EPOCH, HaltFile
from ytc_tui.adapters.guard.heartbeat import FILE_BYTES, HeartbeatFile, beats_in, read_beat
from ytc_tui.adapters.guard.record import GuardRecord, read_record
from ytc_tui.engine.inputs import HaltFound, HaltLifted
from ytc_tui.errors import ConfigInvalid
from ytc_tui.halting import HaltFence
from ytc_tui.model.halt import NO_CLEARANCE, BeatState, Clearance, Halt
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.state import State

CLOSE = OrderRequest(
    "yclose", "BTCUSDT", Side.SELL, OrderKind.MARKET, OrderRole.FLATTEN, Decimal("0.5"), reduce_only=True
)


def test_a_beat_comes_back_as_it_was_written(tmp_path: Path) -> None:
    file = HeartbeatFile(tmp_path / "heartbeat-a.beat")
    for number in range(1, 4):
        beat = replace(BEAT, number=number, start_balance=Decimal("10000.10"), state=BeatState.IDLE)
        file.write(beat)
        assert read_beat(file.path) == beat
    assert file.path.stat().st_size == FILE_BYTES
    assert beats_in(tmp_path) == ((file.path, beat),)
    file.close()


@settings(deadline=None)
@given(place=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_torn_beat_is_none_or_whole(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    path = tmp_path_factory.mktemp("beat") / "heartbeat-a.beat"
    file = HeartbeatFile(path)
    file.write(BEAT)
    file.close()
    with path.open("r+b") as raw:
        raw.seek(place)
        raw.write(bytes([byte]))
    assert read_beat(path) in (None, BEAT)


def test_no_file_is_no_beat(tmp_path: Path) -> None:
    assert read_beat(tmp_path / "none") is None
    (tmp_path / "heartbeat-empty.beat").touch()
    assert beats_in(tmp_path) == ()


def test_epochs_only_grow(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    assert (halts.standing(), halts.cleared(), halts.next_epoch()) == (None, NO_CLEARANCE, 1)
    halts.halt(Halt(1, "s", "silent", 5))
    assert halts.standing() == Halt(1, "s", "silent", 5)
    assert halts.clear("me", "looked", 6) == 1
    assert halts.cleared() == Clearance(1, "me", "looked", 6)
    assert halts.next_epoch() == 2
    halts.path.unlink()
    assert halts.next_epoch() == 2


def fence(halts: HaltFile) -> HaltFence:
    return HaltFence(halts, halts.path.with_name("guard-a.jsonl"), halts.cleared())


def test_an_engine_holds_what_was_cleared_as_its_session_opened(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    asleep = fence(halts)
    assert asleep.why() == ""
    halts.halt(Halt(1, "s", "silent", 5))
    assert "halt 1 stands, this engine holds 0: silent" in asleep.why()
    halts.clear("me", "looked", 6)
    # Woken after it all, it still holds what it held.
    assert asleep.why()
    assert fence(halts).why() == ""


def test_a_halt_that_cannot_be_read_stands(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    halts.path.write_text('{"epoch": 1')
    assert "cannot be read" in fence(halts).why()
    standing = halts.standing()
    assert standing is not None
    assert standing.epoch == UNREADABLE_EPOCH
    halts.clear("me", "looked", 6)
    assert fence(halts).why() == ""
    assert halts.next_epoch() > UNREADABLE_EPOCH


def test_a_halt_that_could_not_be_read_for_a_moment_leaves_nothing_on_record(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    running = fence(halts)
    # Stands for whatever the system refuses a reader: too many open files, an error of the disk.
    halts.path.mkdir()
    assert "cannot be read" in running.why()
    assert running.met(State("s")) is None
    halts.path.rmdir()
    assert running.why() == ""
    halts.halt(Halt(halts.next_epoch(), "s", "silent", 5))
    assert isinstance(running.met(State("s")), HaltFound)
    halts.clear("me", "looked", 6)
    assert isinstance(fence(halts).met(State("s", halt_epoch=1, halted="silent")), HaltLifted)


@pytest.mark.parametrize("fill", [lambda path: path.write_text("[" * 5_000), os.mkfifo])
def test_a_halt_that_is_too_deep_or_no_file_stands_and_can_be_cleared(
    tmp_path: Path, fill: Callable[[Path], object]
) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    fill(halts.path)
    halts.path.chmod(0o600)
    assert "cannot be read" in fence(halts).why()
    assert halts.clear("me", "looked", 6) == UNREADABLE_EPOCH
    assert fence(halts).why() == ""
    fill(tmp_path / "beat")
    assert read_beat(tmp_path / "beat") is None


def test_a_clearance_that_cannot_be_read_clears_nothing(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    halts.halt(Halt(1, "s", "silent", 5))
    halts.clear("me", "looked", 6)
    halts.path.with_suffix(".cleared.json").write_text("[]")
    assert fence(halts).why()


def test_a_halt_without_room_for_it_is_refused_by_name(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "none" / "halt-a.json")
    with pytest.raises(ConfigInvalid, match=r"halt-a\.json: cannot be written"):
        halts.halt(Halt(1, "s", "silent", 5))


def written(path: Path) -> bytes:
    record = GuardRecord(path, lambda: 9)
    record.append(1, "s", "halt", {"reason": "silent"})
    record.append(1, "s", "submit", {"order": {"client_id": "x"}})
    record.append(1, "s", "flat", {"how": "done"})
    record.close()
    return path.read_bytes()


def test_the_record_is_a_chain_that_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "guard-a.jsonl"
    written(path)
    record = GuardRecord(path, lambda: 10)
    record.append(2, "s", "halt", {"reason": "again"})
    record.close()
    lines, problem = read_record(path)
    assert problem == ""
    assert [(line.seq, line.epoch, line.kind) for line in lines] == [
        (1, 1, "halt"), (2, 1, "submit"), (3, 1, "flat"), (4, 2, "halt"),
    ]  # fmt: skip
    assert lines[0].words == "halt reason silent"
    assert oct(path.stat().st_mode & 0o777) == "0o600"


@settings(deadline=None)
@given(data=st.data())
def test_a_changed_record_names_its_first_bad_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("record") / "guard-a.jsonl"
    whole = written(path)
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(33, 126).filter(lambda one: one != whole[place]))
    changed = whole[:place] + bytes([byte]) + whole[place + 1 :]
    path.write_bytes(changed)
    lines, problem = read_record(path)
    number = whole[:place].count(b"\n")
    assert len(lines) == number
    # The end of the last line is all that may be missing without anything being wrong.
    assert problem.startswith(f"line {number + 1} ") or place == len(whole) - 1


def test_a_cut_line_is_dropped_and_the_chain_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "guard-a.jsonl"
    whole = written(path)
    path.write_bytes(whole[:-20])
    record = GuardRecord(path, lambda: 10)
    record.append(1, "s", "flat", {})
    record.close()
    lines, problem = read_record(path)
    assert (len(lines), problem) == (3, "")


def test_a_broken_record_is_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "guard-a.jsonl"
    path.write_bytes(written(path).replace(b"silent", b"asleep"))
    with pytest.raises(ConfigInvalid, match="line 1 does not continue line 0"):
        GuardRecord(path, lambda: 10)


def test_the_next_engine_finds_what_was_done_in_its_session(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    record = GuardRecord(tmp_path / "guard-a.jsonl", lambda: 9)
    record.append(1, "before", "cancel", {"client_id": "old"})
    record.append(2, "s", "cancel", {"client_id": "yentry"})
    record.append(2, "s", "submit", {"order": _json(CLOSE)})
    record.close()
    halts.halt(Halt(2, "s", "silent", 5))
    state = State("s")
    met = fence(halts).met(state)
    assert isinstance(met, HaltFound)
    assert met.halt.orders == (CLOSE,)
    assert met.halt.acts[0] == "cancel client_id yentry"
    # Of another session it says only that a halt stands; once that is on record, nothing.
    other = fence(halts).met(State("next"))
    assert isinstance(other, HaltFound)
    assert other.halt.orders == ()
    state.halt_epoch = 2
    assert fence(halts).met(state) is None
    # Cleared before anybody took it up, it is taken up all the same.
    halts.clear("me", "looked", 6)
    assert fence(halts).met(State("s")) is not None
    assert fence(halts).met(State("next")) is None


def test_what_the_venue_did_not_take_is_not_handed_on(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    record = GuardRecord(tmp_path / "guard-a.jsonl", lambda: 9)
    for number in range(3):
        record.append(1, "s", "submit", {"order": _json(replace(CLOSE, client_id=f"g{number}"))})
        if number < 2:
            record.append(1, "s", "refused", {"client_id": f"g{number}", "reason": "not now"})
    record.close()
    halts.halt(Halt(1, "s", "silent", 5))
    met = fence(halts).met(State("s"))
    assert isinstance(met, HaltFound)
    assert [order.client_id for order in met.halt.orders] == ["g2"]
    assert len(met.halt.acts) == 5


def _json(order: OrderRequest) -> object:
    from ytc_tui.model.codec import to_json

    return to_json(order)


def test_only_this_user_reads_the_files(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    halts.halt(Halt(1, "s", "silent", 5))
    file = HeartbeatFile(tmp_path / "heartbeat-a.beat")
    file.close()
    for path in (halts.path, file.path):
        assert os.stat(path).st_mode & 0o077 == 0

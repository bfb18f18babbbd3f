"""Who looks on: told once when nobody does any more, and not at every flap of the line."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings, strategies as st

from ytc_tui.engine.attendance import AGAIN_S, Attendance


def test_who_was_never_there_is_not_missed() -> None:
    attendance = Attendance(10)
    assert [attendance.look(at_s, 0, 0, 3) for at_s in range(0, 1_000, 5)] == [""] * 200


def test_a_line_that_breaks_is_told_once_when_it_stays_down() -> None:
    attendance = Attendance(10)
    attendance.look(0, 1, 0, 0)
    attendance.look(1, 0, 1, 0)
    assert attendance.look(10.9, 0, 1, 0) == ""
    told = attendance.look(11, 0, 1, 0)
    assert told.startswith("the line to the desk broke, nobody has looked for 10 s; 0 positions are open")
    assert [attendance.look(at_s, 0, 1, 2) for at_s in range(12, 2_000)] == [""] * 1_988


def test_a_desk_that_took_its_leave_is_missed_only_while_something_is_open() -> None:
    attendance = Attendance(10)
    attendance.look(0, 1, 0, 1)
    attendance.look(1, 0, 0, 0)
    assert attendance.look(60, 0, 0, 0) == ""
    assert attendance.look(61, 0, 0, 1).startswith(
        "no desk is attached, nobody has looked for 60 s; 1 position"
    )


def test_who_comes_back_in_time_is_not_missed() -> None:
    attendance = Attendance(10)
    attendance.look(0, 1, 0, 1)
    attendance.look(1, 0, 1, 1)
    attendance.look(9, 1, 1, 1)
    assert attendance.look(15, 0, 1, 1) == ""
    assert attendance.look(24, 0, 1, 1) == ""
    assert attendance.look(25, 0, 1, 1).startswith("no desk is attached")


def test_never_is_never() -> None:
    attendance = Attendance(0)
    attendance.look(0, 1, 0, 1)
    assert not any(attendance.look(at_s, 0, 1, 1) for at_s in range(1, 1_000))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.1, 60), st.integers(0, 2), st.booleans(), st.integers(0, 2)), max_size=200)
)
def test_a_flapping_line_is_told_seldom(looks: list[tuple[float, int, bool, int]]) -> None:
    attendance = Attendance(10)
    now_s, lost, told = 0.0, 0, []
    for gap_s, watched, breaks, positions in looks:
        now_s += gap_s
        lost += breaks
        if attendance.look(now_s, watched, lost, positions):
            told.append(now_s)
    assert all(later - earlier >= AGAIN_S for earlier, later in pairwise(told))


def test_what_was_kept_back_says_how_often_it_broke() -> None:
    attendance = Attendance(10)
    attendance.look(0, 1, 0, 0)
    attendance.look(1, 0, 1, 0)
    assert attendance.look(11, 0, 1, 0)
    for lost in (2, 3, 4):
        attendance.look(20.0 * lost, 1, lost - 1, 0)
        attendance.look(20.0 * lost + 1, 0, lost, 0)
    assert attendance.look(310, 0, 4, 0) == ""
    assert attendance.look(311, 0, 4, 0).startswith("the line to the desk broke (3 times)")

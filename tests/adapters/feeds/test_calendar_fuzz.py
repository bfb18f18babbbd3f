"""Whatever a calendar file holds, it is a calendar or a clear error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from ytc_tui.adapters.feeds.calendar import load_calendar
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.errors import DataInvalid

ROW = {"time": "2022-11-10T13:30Z", "currency": "USD", "impact": "high", "title": "x"}


PIECES = st.sampled_from(
    [
        "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "DTSTART:20221110T083000Z",
        "DTSTART;TZID=UTC:20221110T083000", "DTSTART;TZID=:x", "SUMMARY:x", "CATEGORIES:USD,High", "RRULE:x",
        "PRIORITY:99999999999999999999", "X-IMPACT;x=y:high", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "TZID:x",
        "STATUS:CANCELLED", "time,currency,impact,title", "2022-11-10T13:30Z,USD,high,x", '"', "\x00", "[]",
        '[{"time": "2022-11-10T13:30Z", "currency": "USD", "impact": "low", "title": "x"}]', '{"events": {}}',
    ]
)  # fmt: skip


@given(
    suffix=st.sampled_from([".ics", ".csv", ".json"]),
    lines=st.lists(st.one_of(PIECES, PIECES, st.text(max_size=40)), max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    zone=st.sampled_from(["", "UTC"]),
)
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_calendar_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, lines: list[str], end: str, zone: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"fuzz{suffix}"
    path.write_bytes(end.join(lines).encode(errors="surrogatepass"))
    _read_or_refused(path, zone)


@given(suffix=st.sampled_from([".ics", ".csv", ".json"]), data=st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_calendar_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / f"bytes{suffix}"
    path.write_bytes(data)
    _read_or_refused(path, "")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*ROW, "forecast", "timezone", "events", "x"]), inner, max_size=6),
    ),
    max_leaves=20,
)


@given(data=JSON)
@settings(max_examples=300, deadline=None)
def test_any_json_is_a_calendar_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, data: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(data))
    _read_or_refused(path, "UTC")
    path.write_text(json.dumps([data, {**ROW, "title": data}]))
    _read_or_refused(path, "UTC")


def _read_or_refused(path: Path, zone: str) -> None:
    try:
        calendar = load_calendar(path, zone)
    except DataInvalid as error:
        assert str(path) in str(error)
        assert "see the manual" not in str(error)
        assert "\x1b" not in str(error)
    else:
        assert all(event.title and safe_line(event.title) == event.title for event in calendar.events)

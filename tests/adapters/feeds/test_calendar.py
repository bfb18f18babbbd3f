"""Calendars of every format: what is read, in which instant, and every wrong row with its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ytc_tui.adapters.feeds.calendar import bundled_calendar, load_calendar
from ytc_tui.errors import DataInvalid
from ytc_tui.model.news import Calendar, Impact, NewsEvent

HEADER = "time,currency,impact,title,forecast,previous,timezone\n"
GOOD = "2022-11-10T13:30Z,USD,high,US CPI\n"


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


def read(folder: Path, name: str, text: str, timezone: str = "") -> Calendar:
    path = folder / name
    path.write_bytes(text.encode())
    return load_calendar(path, timezone)


def refused(folder: Path, name: str, text: str, timezone: str = "") -> str:
    with pytest.raises(DataInvalid) as caught:
        read(folder, name, text, timezone)
    assert str(folder / name) in str(caught.value)
    return str(caught.value)


def vevent(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT")) + "\r\n"


def vcalendar(*parts: str) -> str:
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + "".join(parts) + "END:VCALENDAR\r\n"


SAID = ("SUMMARY:US CPI", "CATEGORIES:USD,High")


# ---- times ------------------------------------------------------------------------------------------

TIMES = [
    ("2022-11-10T13:30Z", "", "2022-11-10T13:30"),
    ("2022-11-10 13:30:30Z", "", "2022-11-10T13:30:30"),
    ("2022-11-10T08:30-05:00", "", "2022-11-10T13:30"),
    ("2022-11-10T19:00+05:30", "Asia/Tokyo", "2022-11-10T13:30"),
    ("2022-11-10T08:30", "America/New_York", "2022-11-10T13:30"),
    ("2022-11-04T08:30", "America/New_York", "2022-11-04T12:30"),  # still summer time
    ("2022-11-06T01:30-04:00", "America/New_York", "2022-11-06T05:30"),  # the repeated hour, said apart
    ("2022-11-06T01:30-05:00", "America/New_York", "2022-11-06T06:30"),
    ("2022-10-30T14:15", "Europe/Berlin", "2022-10-30T13:15"),
]


@pytest.mark.parametrize(("text", "zone", "expected"), TIMES)
def test_csv_and_json_times_are_instants(tmp_path: Path, text: str, zone: str, expected: str) -> None:
    by_setting = read(tmp_path, "a.csv", f"time,currency,impact,title\n{text},USD,high,x\n", zone)
    by_row = read(tmp_path, "b.csv", f"{HEADER}{text},USD,high,x,,,{zone}\n", "Pacific/Apia")
    row = {"time": text, "currency": "USD", "impact": "high", "title": "x"}
    in_file = read(tmp_path, "c.json", json.dumps({"timezone": zone, "events": [row]}))
    for calendar in (by_setting, by_row if zone else by_setting, in_file):
        assert [event.at_ns for event in calendar.events] == [utc(expected)]
    assert by_setting.digest == in_file.digest


@pytest.mark.parametrize(
    ("text", "zone", "why"),
    [
        ("2022-11-10T08:30", "", r"says no time zone \(write an offset"),
        ("2022-11-06T01:30", "America/New_York", "happens twice in America/New_York"),
        ("2022-03-13T02:30", "America/New_York", "does not exist in America/New_York"),
        ("2022-11-10T08:30", "Mars/Olympus", "'Mars/Olympus' is not known"),
        ("2022-11-10T08:30", "../../etc/passwd", "is not known"),
        ("2022-11-10", "UTC", "'2022-11-10' is not a time (YYYY-MM-DDTHH:MM with Z"),
        ("2022-13-10T08:30Z", "", "is not a time: month must be in 1..12"),
        ("2022-11-10T24:30Z", "", "is not a time: hour must be in 0..23"),
        ("1600-11-10T08:30Z", "", "years 1970 to 2100"),
        ("9999-12-31T23:59-12:00", "", "years 1970 to 2100"),
        ("13:30", "UTC", "is not a time"),
        ("", "UTC", "'' is not a time"),
    ],
)
def test_a_time_that_is_no_instant_is_refused(tmp_path: Path, text: str, zone: str, why: str) -> None:
    told = refused(tmp_path, "a.csv", f"{HEADER}{GOOD.strip()},,,\n{text},USD,high,x,,,\n", zone)
    assert "row 2, field time" in told
    assert why.replace("\\", "") in told


@pytest.mark.parametrize(
    ("lines", "zone", "expected"),
    [
        (("DTSTART:20221110T133000Z",), "", "2022-11-10T13:30"),
        (("DTSTART;TZID=America/New_York:20221110T083000",), "", "2022-11-10T13:30"),
        (("DTSTART;TZID=America/New_York:20221104T083000",), "", "2022-11-04T12:30"),
        (("DTSTART;TZID=Eastern Standard Time:20221104T083000",), "", "2022-11-04T12:30"),
        # RFC 5545 3.3.5: the first of a repeated time, and the offset before a skipped one.
        (("DTSTART;TZID=America/New_York:20221106T013000",), "", "2022-11-06T05:30"),
        (("DTSTART;TZID=America/New_York:20220313T023000",), "", "2022-03-13T07:30"),
        (("DTSTART:20221110T083000",), "America/New_York", "2022-11-10T13:30"),
    ],
)
def test_ics_times_are_instants(tmp_path: Path, lines: tuple[str, ...], zone: str, expected: str) -> None:
    [event] = read(tmp_path, "a.ics", vcalendar(vevent(*lines, *SAID)), zone).events
    assert event == NewsEvent(utc(expected), "USD", Impact.HIGH, "US CPI")


ZONE = """BEGIN:VTIMEZONE\r
TZID:Exchange\r
BEGIN:STANDARD\r
DTSTART:19701101T020000\r
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r
TZOFFSETFROM:-0400\r
TZOFFSETTO:-0500\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:19700308T020000\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r
TZOFFSETFROM:-0500\r
TZOFFSETTO:-0400\r
END:DAYLIGHT\r
END:VTIMEZONE\r
"""


def test_a_zone_that_the_file_defines_itself(tmp_path: Path) -> None:
    events = [vevent(f"DTSTART;TZID=Exchange:{day}T083000", *SAID) for day in ("20221104", "20221110")]
    found = read(tmp_path, "a.ics", vcalendar(ZONE, *events)).events
    assert [event.at_ns for event in found] == [utc("2022-11-04T12:30"), utc("2022-11-10T13:30")]


# ---- rows -------------------------------------------------------------------------------------------


def test_the_bundled_sample_is_a_calendar() -> None:
    calendar = bundled_calendar()
    assert {event.currency for event in calendar.events} == {"USD"}
    assert [event.at_ns for event in calendar.events] == sorted(event.at_ns for event in calendar.events)
    assert NewsEvent(utc("2022-11-02T18:00"), "USD", Impact.HIGH, "Fed Rate Decision", "", "3.25%") in (
        calendar.events
    )


def test_rows_are_sorted_made_alike_and_safe_to_show(tmp_path: Path) -> None:
    text = (
        "\ufeffTitle, IMPACT ,currency,time,forecast\n"
        '"CPI, y/y",HIGH, usd ,2022-11-10T13:30Z,7.9%\n'
        "\n"
        "Evil \x1b[31m\u202etitle,low,ALL,2022-11-09T13:30Z,\n"
        '"CPI, y/y",HIGH, usd ,2022-11-10T13:30Z,7.9%\n'
    )
    first, second = read(tmp_path, "a.csv", text).events
    assert first.title == "Evil \ufffd[31m\ufffdtitle"
    assert second == NewsEvent(utc("2022-11-10T13:30"), "USD", Impact.HIGH, "CPI, y/y", "7.9%")


def test_a_cell_may_hold_a_line_break_and_a_folded_line_a_keyword(tmp_path: Path) -> None:
    text = 'time,currency,impact,title\n2022-11-10T13:30Z,USD,high,"CPI\nm/m"\n'
    assert [event.title for event in read(tmp_path, "a.csv", text).events] == ["CPI m/m"]
    folded = vevent("DTSTART:20221110T083000Z", "CATEGORIES:USD,High", "SUMMARY:x\r\n BEGIN:VEVENT")
    assert [event.title for event in read(tmp_path, "a.ics", vcalendar(folded)).events] == ["xBEGIN:VEVENT"]


def test_json_takes_a_list_and_numbers(tmp_path: Path) -> None:
    row = {"time": "2022-11-10T13:30Z", "currency": "USD", "impact": "Low", "title": 5, "forecast": 3.1}
    [event] = read(tmp_path, "a.json", json.dumps([{**row, "previous": None}])).events
    assert (event.title, event.forecast, event.previous) == ("5", "3.1", "")


def test_an_empty_calendar_is_one(tmp_path: Path) -> None:
    assert read(tmp_path, "a.json", "[]").events == ()
    assert read(tmp_path, "a.csv", HEADER).source == "a.csv"
    assert read(tmp_path, "a.ics", vcalendar()).events == ()


@pytest.mark.parametrize(
    ("row", "field", "why"),
    [
        ("2022-11-10T13:30Z,USDT,high,x,,,", "currency", "'USDT' cannot be read (three letters like USD"),
        ("2022-11-10T13:30Z,,high,x,,,", "currency", "three letters"),
        ("2022-11-10T13:30Z,USD,huge,x,,,", "impact", "'huge' cannot be read (one of: high, medium, low)"),
        ("2022-11-10T13:30Z,USD,high,  ,,,", "title", "text that is not empty"),
        (f"2022-11-10T13:30Z,USD,high,x,{'9' * 41},,", "forecast", "at most 40 characters"),
    ],
)
def test_a_wrong_row_names_row_field_and_what_is_allowed(
    tmp_path: Path, row: str, field: str, why: str
) -> None:
    told = refused(tmp_path, "a.csv", f"{HEADER}{row}\n")
    assert f"row 1, field {field}" in told
    assert why in told
    data = dict(zip(HEADER.strip().split(","), row.split(","), strict=True))
    assert f"row 2, field {field}" in refused(tmp_path, "a.json", json.dumps([DATA, data]))


DATA = {"time": "2022-11-10T13:30Z", "currency": "USD", "impact": "high", "title": "x"}


def test_every_wrong_row_is_told_at_once(tmp_path: Path) -> None:
    told = refused(tmp_path, "a.csv", f"{HEADER}x,USD,high,x,,,\n{GOOD.strip()},,,\ny,Z,high,x,,,\n")
    assert "2 problems" in told
    assert "row 1, field time" in told
    assert "row 3, field currency" in told
    many = refused(tmp_path, "a.csv", HEADER + "x,USD,high,x,,,\n" * 50)
    assert "50 problems" in many
    assert "and 30 more" in many


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.txt", "x", ".txt is no calendar format (use a file that ends on .ics, .csv, .json"),
        ("a", "x", "a name without an ending is no calendar format"),
        ("a.csv", "", "the header lacks time, currency, impact, title"),
        ("a.csv", "time,impact,title\n", "the header lacks currency"),
        ("a.csv", "time,time,currency,impact,title\n", "names a column twice"),
        ("a.csv", HEADER + GOOD, "row 1: 4 cells where the header has 7"),
        ("a.csv", f'{HEADER}"x\n', "is not CSV"),
        ("a.csv", f"colour,{HEADER}red,{GOOD.strip()},,,\n", "field 'colour': is not a field of a calendar"),
        ("a.json", "{", "is not JSON"),
        ("a.json", "3", "holds no list of events"),
        ("a.json", '{"events": [], "zone": "UTC"}', "unknown keys: ['zone']"),
        ("a.json", '{"events": [], "timezone": 5}', "timezone is not text"),
        ("a.json", "[3]", "row 1: 3 is not a row"),
        ("a.json", "[" * 100_000, "is not JSON"),
        ("a.json", '[{"currency": "USD"}]', "row 1, field time: is missing"),
        ("a.ics", "", "holds no calendar"),
        ("a.ics", "BEGIN:VCALENDAR\r\nfoo\r\nEND:VCALENDAR", "is not iCalendar"),
        ("a.ics", vcalendar("BEGIN:VEVENT\r\n"), "1 events begin and 0 are whole"),
        ("a.ics", vcalendar(vevent(*SAID)), "row 4, field DTSTART: is missing"),
        ("a.ics", vcalendar(vevent("DTSTART:2022111T0830", *SAID)), "field DTSTART: '2022111T0830' is not"),
        ("a.ics", vcalendar(vevent("DTSTART;VALUE=DATE:20221110", *SAID)), "has no time of day"),
        ("a.ics", vcalendar(vevent("DTSTART:20221110T083000", *SAID)), "says no time zone"),
        (
            "a.ics",
            vcalendar(vevent("DTSTART;TZID=Foo/Bar:20221110T083000", *SAID)),
            "TZID 'Foo/Bar' is neither",
        ),
        ("a.ics", vcalendar(vevent("DTSTART:20221110T0830Z", *SAID, "RRULE:FREQ=DAILY")), "not expanded"),
        ("a.ics", vcalendar(vevent("DTSTART:20221110T083000Z", "SUMMARY:x")), "field currency: is not said"),
        (
            "a.ics",
            vcalendar(vevent("DTSTART:20221110T083000Z", "SUMMARY:x", "CATEGORIES:USD,EUR,high")),
            "field currency: is not said",
        ),
        (
            "a.ics",
            vcalendar(vevent("DTSTART:20221110T083000Z", "SUMMARY:x", "CATEGORIES:USD")),
            "field impact: is not said (one of: high, medium, low; write X-CURRENCY",
        ),
        ("a.ics", vcalendar(vevent("DTSTART:20221110T083000Z", "CATEGORIES:USD,Low")), "field title"),
        (
            "a.ics",
            vcalendar(vevent("DTSTART:20221110T083000Z", "DTSTART:20221110T083000Z", *SAID)),
            "is there more than once",
        ),
    ],
)
def test_a_file_that_is_none_says_why(tmp_path: Path, name: str, text: str, why: str) -> None:
    assert why in refused(tmp_path, name, text)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid, match="there is no such file"):
        load_calendar(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataInvalid, match="is not a file"):
        load_calendar(tmp_path / "folder.csv")
    (tmp_path / "latin.csv").write_bytes(HEADER.encode() + b"\xe9\n")
    with pytest.raises(DataInvalid, match="is not UTF-8 text: byte 54"):
        load_calendar(tmp_path / "latin.csv")


@pytest.mark.parametrize(
    ("lines", "currency", "impact"),
    [
        (("X-CURRENCY:eur", "X-IMPACT:Medium", "CATEGORIES:USD,High"), "EUR", Impact.MEDIUM),
        (("CATEGORIES:Economic,GBP", "CATEGORIES:LOW"), "GBP", Impact.LOW),
        (("CATEGORIES:USD", "PRIORITY:4"), "USD", Impact.HIGH),
        (("CATEGORIES:USD", "PRIORITY:5"), "USD", Impact.MEDIUM),
        (("CATEGORIES:USD", "PRIORITY:6"), "USD", Impact.LOW),
    ],
)
def test_where_an_ics_event_says_what_it_moves(
    tmp_path: Path, lines: tuple[str, ...], currency: str, impact: Impact
) -> None:
    text = vcalendar(vevent("DTSTART:20221110T083000Z", "SUMMARY:x\\, y", "X-FORECAST:3%", *lines))
    [event] = read(tmp_path, "a.ics", text).events
    assert (event.currency, event.impact, event.title, event.forecast) == (currency, impact, "x, y", "3%")


def test_a_canceled_ics_event_is_none(tmp_path: Path) -> None:
    text = vcalendar(vevent("DTSTART:20221110T083000Z", "STATUS:CANCELLED", *SAID))
    assert read(tmp_path, "a.ics", text).events == ()

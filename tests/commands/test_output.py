"""Where the lines of a run go when the reader is quick, slow, stopped or gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from ytc_tui.adapters.standard_streams import EXIT_UNWRITTEN
from ytc_tui.commands import output as module
from ytc_tui.commands.output import Output


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for fd in (reader, writer):
        with suppress(OSError):
            os.close(fd)


def test_every_line_arrives_in_its_order(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    with closing(Output(as_json=False, fd=writer)) as output:
        for number in range(500):
            output.line(f"{number} µ \ud800")
    os.close(writer)
    with os.fdopen(os.dup(reader), "rb") as file:
        lines = file.read().decode().splitlines()
    assert lines == [f"{number} µ \ufffd" for number in range(500)]
    assert output.left_out == 0


def test_a_reader_that_stopped_holds_up_nothing_and_what_it_missed_is_counted(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    monkeypatch.setattr(module, "LAST_LINES_S", 0.01)
    monkeypatch.setattr(module, "WAITING_LINES", 10)
    _, writer = pipe
    output = Output(as_json=False, fd=writer)
    for _ in range(1_000):
        output.line("x" * 10_000)
    assert output.left_out > 900
    output.hurried = True
    output.close()
    assert "lines were left out" in capsys.readouterr().err


def test_a_reader_that_went_away_ends_nothing(
    pipe: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    reader, writer = pipe
    os.close(reader)
    with closing(Output(as_json=False, fd=writer)) as output:
        for _ in range(5_000):
            output.line("x")
    assert capsys.readouterr().err == ""


def test_a_pipe_that_does_not_block_is_waited_for(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    os.set_blocking(writer, False)
    output = Output(as_json=False, fd=writer)
    for _ in range(20):
        output.line("x" * 9_999)
    taken = 0
    while taken < 200_000:
        taken += len(os.read(reader, 65_536))
    output.close()
    assert taken == 200_000


def test_lines_that_cannot_be_written_are_counted_and_have_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with closing(Output(as_json=False, fd=full)) as output:
        for _ in range(50):
            output.line("x")
    os.close(full)
    assert "50 lines were left out, they cannot be written: No space" in capsys.readouterr().err
    assert (output.concluded(0), output.concluded(9)) == (EXIT_UNWRITTEN, 9)


def test_a_line_steers_no_terminal(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    with closing(Output(as_json=False, fd=writer)) as output:
        output.line("a\x1b]52;c;QQ\x07b")
    assert os.read(reader, 100).decode() == "a\ufffd]52;c;QQ\ufffdb\n"

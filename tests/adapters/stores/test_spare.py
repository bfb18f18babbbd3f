"""The spare file takes lines when the disk takes nothing else, and gives back only whole ones."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.adapters.stores.disks import small_disk
from ytc_tui.adapters.stores.spare import EmergencyFile
from ytc_tui.errors import JournalUnavailable


def test_lines_survive_the_process_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "spare"
    spare = EmergencyFile(path)
    lines = ['{"cancel":"y1"}', '{"close":"BTCUSDT é"}', ""]
    for line in lines:
        spare.write(line)
    spare.close()
    again = EmergencyFile(path)
    assert again.read_back() == tuple(lines)
    again.write("more")
    assert again.read_back() == (*lines, "more")
    again.clear()
    assert again.read_back() == ()
    again.write("new")
    again.close()
    assert EmergencyFile(path).read_back() == ("new",)
    assert path.stat().st_size == 64 * 1024
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_cut_short_is_not_read_back_and_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "spare"
    spare = EmergencyFile(path)
    spare.write("first")
    spare.write("second")
    spare.close()
    data = bytearray(path.read_bytes())
    place = data.index(b"second")
    data[place + 3 : place + 8] = bytes(5)
    path.write_bytes(data)
    again = EmergencyFile(path)
    assert again.read_back() == ("first",)
    again.write("third")
    assert again.read_back() == ("first", "third")


def test_a_full_spare_file_says_so_and_keeps_its_lines(tmp_path: Path) -> None:
    spare = EmergencyFile(tmp_path / "spare", size=64)
    spare.write("x" * 30)
    with pytest.raises(JournalUnavailable, match=r"spare file is full \(64 bytes\)"):
        spare.write("y" * 30)
    assert spare.read_back() == ("x" * 30,)


@pytest.mark.parametrize("line", ["a\nb", "a\0b"])
def test_a_line_that_would_break_the_format_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match="no line break"):
        EmergencyFile(tmp_path / "spare").write(line)


def test_no_room_at_start_is_reported_then(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="cannot make the spare file"):
        EmergencyFile(tmp_path / "nowhere" / "spare")


def test_writing_needs_no_space_on_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path, "1m") as disk:
        spare = EmergencyFile(disk / "spare")
        with (disk / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4_096))
            except OSError as error:
                assert error.errno == errno.ENOSPC
        for number in range(100):
            spare.write(f"cancel {number}")
        spare.close()
        again = EmergencyFile(disk / "spare")
        assert len(again.read_back()) == 100
        again.close()
        with pytest.raises(JournalUnavailable, match="No space left"):
            EmergencyFile(disk / "other")

"""One holder a name; a killed one leaves no lock; the second learns who the first is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.stores.disks import small_disk
from ytc_tui.adapters.locks import Lock, account_lock, acquire, holder_of, holders, session_lock
from ytc_tui.errors import AlreadyRunning, ConfigInvalid

NOW_NS = 1_750_550_400_000_000_000  # 2025-06-22 00:00:00 UTC
HOLDER = """
import sys
from pathlib import Path
from ytc_tui.adapters.locks import session_lock
lock = session_lock(Path(sys.argv[1]), "s1", now_ns=int(sys.argv[2]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_holder_is_told_pid_host_since_and_what_to_do(tmp_path: Path) -> None:
    with session_lock(tmp_path, "s1", now_ns=NOW_NS), pytest.raises(AlreadyRunning) as refusal:
        session_lock(tmp_path, "s1", now_ns=NOW_NS + 1)
    message = str(refusal.value)
    for part in (
        "session s1",
        f"pid {os.getpid()}",
        socket.gethostname(),
        "2025-06-22 00:00:00 UTC",
        "ytc status",
    ):
        assert part in message


def test_a_full_disk_takes_the_explanation_and_not_the_lock(tmp_path: Path) -> None:
    with small_disk(tmp_path, "64k") as disk:
        acquire(disk / "a.lock", "a", now_ns=NOW_NS).release()
        with (disk / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
            while True:
                filler.write(bytes(4096))
        with acquire(disk / "a.lock", "a", now_ns=NOW_NS), pytest.raises(AlreadyRunning):
            acquire(disk / "a.lock", "a", now_ns=NOW_NS)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigInvalid, match=r"file/a\.lock: the lock file cannot be made"):
        acquire(tmp_path / "file" / "a.lock", "a", now_ns=NOW_NS)


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    lock = session_lock(tmp_path, "s1", now_ns=NOW_NS)
    lock.release()
    lock.release()
    with session_lock(tmp_path, "s1", now_ns=NOW_NS) as again:
        assert again.path == lock.path


def test_names_do_not_share_a_lock(tmp_path: Path) -> None:
    taken: list[Lock] = [
        session_lock(tmp_path, "s1", now_ns=NOW_NS),
        session_lock(tmp_path, "s2", now_ns=NOW_NS),
        account_lock(tmp_path, "paper", "main", now_ns=NOW_NS),
        account_lock(tmp_path, "paper-main", "", now_ns=NOW_NS),
        account_lock(tmp_path, "paper", "../main", now_ns=NOW_NS),
    ]
    assert len({lock.path for lock in taken}) == 5
    assert all(lock.path.parent == tmp_path for lock in taken)
    with pytest.raises(AlreadyRunning, match="account main at paper"):
        account_lock(tmp_path, "paper", "main", now_ns=NOW_NS)
    assert len(holders(tmp_path)) == 5
    for lock in taken:
        lock.release()
    assert holders(tmp_path) == ()


def test_a_killed_process_leaves_a_file_but_no_lock(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), str(NOW_NS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(AlreadyRunning, match=f"pid {process.pid} "):
        session_lock(tmp_path, "s1", now_ns=NOW_NS)
    (holder,) = holders(tmp_path)
    assert (holder.pid, holder.since_ns, holder.what) == (process.pid, NOW_NS, "session s1")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (file,) = tmp_path.iterdir()
    assert str(process.pid) in file.read_text()
    assert holder_of(file) is None
    with session_lock(tmp_path, "s1", now_ns=NOW_NS) as lock:
        assert lock.holder.pid == os.getpid()
        assert holder_of(file) == lock.holder


def test_a_lock_file_of_garbage_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    path.write_bytes(b"\xff{nonsense" * 20)
    with acquire(path, "x", now_ns=NOW_NS):
        assert holder_of(path) is not None
    path.write_text("{}")
    assert holder_of(path) is None


@pytest.mark.parametrize("text", ["[" * 4_090, '{"pid":1,"host":"h","since_ns":1e300,"what":"w"}'])
def test_who_holds_a_lock_whose_text_says_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.lock"
    with acquire(path, "x", now_ns=NOW_NS):
        path.write_text(text)
        assert holder_of(path) is None
        with pytest.raises(AlreadyRunning, match="not yet said who it is"):
            acquire(path, "x", now_ns=NOW_NS)


def test_a_pipe_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.lock", 0o600)
    with pytest.raises(ConfigInvalid, match="not an ordinary file"):
        acquire(tmp_path / "x.lock", "x", now_ns=NOW_NS)


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("keep")
    (tmp_path / "x.lock").symlink_to(target)
    with pytest.raises(ConfigInvalid, match="symbolic link"):
        acquire(tmp_path / "x.lock", "x", now_ns=NOW_NS)
    assert target.read_text() == "keep"

"""Signatures over heads, the key file, and the second copy of what was signed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.signing import HeadSigner, is_genuine, known_keys
from ytc_tui.errors import ConfigInvalid, JournalUnavailable
from ytc_tui.model.chain import BarsHead, ChainHead, SignedHead

DIGEST = "ab" * 32


@pytest.fixture
def signed(tmp_path: Path) -> SignedHead:
    return HeadSigner(tmp_path / "key").sign(ChainHead("s", 7, DIGEST), BarsHead(3, DIGEST), 5)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = HeadSigner(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert HeadSigner(path).public_key == first.public_key
    assert [found.name for found in tmp_path.iterdir()] == ["key"]


def test_of_several_that_make_a_key_at_once_all_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        makers = [pool.submit(HeadSigner, tmp_path / "key") for _ in range(4)]
    assert len({maker.result().public_key for maker in makers}) == 1


def test_a_signature_is_genuine_for_just_its_fields(signed: SignedHead) -> None:
    assert is_genuine(signed)
    others = (
        signed._replace(session="t"),
        signed._replace(seq=8),
        signed._replace(hash="cd" * 32),
        signed._replace(signed_ns=6),
        signed._replace(bars=4),
        signed._replace(bars_digest="cd" * 32),
        signed._replace(bars=0, bars_digest=""),
    )
    assert not any(map(is_genuine, others))


@given(st.text(max_size=130), st.text(max_size=70))
def test_no_text_that_was_not_signed_is_genuine(signature: str, key: str) -> None:
    assert not is_genuine(SignedHead("s", 7, DIGEST, 5, key, signature))


def make_wide(path: Path) -> None:
    path.chmod(0o640)


def make_empty(path: Path) -> None:
    path.write_bytes(b"")


def make_other(path: Path) -> None:
    path.write_bytes(b"-----BEGIN NOTHING-----\n")


def make_link(path: Path) -> None:
    path.rename(path.with_name("real"))
    path.symlink_to(path.with_name("real"))


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def make_rsa(path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(65537, 1024)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.mark.parametrize("spoil", [make_wide, make_empty, make_other, make_link, make_pipe, make_rsa])
def test_a_key_file_that_is_no_secret_of_ours_is_refused(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    path = tmp_path / "key"
    HeadSigner(path)
    spoil(path)
    with pytest.raises(ConfigInvalid, match="the signing key"):
        HeadSigner(path)


def test_known_keys_are_the_own_one_and_the_retired(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert known_keys(path) == frozenset()
    assert not path.exists()
    own = HeadSigner(path).public_key
    (tmp_path / "key.retired").write_text("aa\nbb\n")
    assert known_keys(path) == {own, "aa", "bb"}
    make_pipe(tmp_path / "key.retired")
    with pytest.raises(ConfigInvalid, match="retired keys"):
        known_keys(path)


@pytest.mark.parametrize("other", ["pipe", "/dev/zero"])
def test_a_head_file_that_is_no_file_is_refused(tmp_path: Path, signed: SignedHead, other: str) -> None:
    path = tmp_path / "heads" if other == "pipe" else Path(other)
    if other == "pipe":
        os.mkfifo(path)
    file = HeadFile(path, "paper")
    for use in (file.read, lambda: file.append(signed)):
        with pytest.raises(JournalUnavailable, match="not an ordinary file"):
            use()


def test_heads_are_kept_in_order_and_read_back(tmp_path: Path, signed: SignedHead) -> None:
    file = HeadFile(tmp_path / "heads", "paper")
    later = signed._replace(seq=9)
    for head in (signed, signed._replace(session="t"), later):
        file.append(head)
    kept = file.read()
    assert kept.by_session == {"s": [signed, later], "t": [signed._replace(session="t")]}
    assert kept.bad_lines == []
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert HeadFile(file.path, "live").read().by_session == {}


def test_a_line_that_is_no_head_is_named_and_the_others_stand(tmp_path: Path, signed: SignedHead) -> None:
    file = HeadFile(tmp_path / "heads", "paper")
    file.append(signed)
    torn = file.path.read_bytes()[:-40]
    file.path.write_bytes(torn)
    file.append(signed)
    with file.path.open("ab") as out:
        out.write(b'[]\n{"mode": "paper", "seq": "7"}\n\xff\xfe\n' + b"x" * 5000 + b"\n")
        out.write(file.path.read_bytes().splitlines()[1].replace(b'"seq": 7', b'"seq": true') + b"\n")
    kept = file.read()
    assert kept.by_session == {"s": [signed]}
    assert kept.bad_lines == [1, 3, 4, 5, 6, 7]


def test_a_file_that_cannot_be_written_says_where(tmp_path: Path, signed: SignedHead) -> None:
    with pytest.raises(JournalUnavailable, match=r"no/heads: .*cannot be kept"):
        HeadFile(tmp_path / "no" / "heads", "paper").append(signed)
    os.symlink(tmp_path / "elsewhere", tmp_path / "heads")
    with pytest.raises(JournalUnavailable):
        HeadFile(tmp_path / "heads", "paper").append(signed)
    assert not (tmp_path / "elsewhere").exists()
    assert HeadFile(tmp_path / "none", "paper").read().by_session == {}

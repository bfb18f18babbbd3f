"""`ytc verify` and `ytc sign` over signatures and their second copy: what was taken away is missed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_verify import OTHER, change, of
from tests.views.journals import SESSION, finished, opened, stored
from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.signing import HeadSigner, known_keys
from ytc_tui.adapters.stores.store import Store
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.sign import sign
from ytc_tui.commands.verify import verify
from ytc_tui.model.chain import BarsHead, ChainHead


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished(), opened(OTHER))


@dataclass(frozen=True)
class Sealed:
    """A store whose finished session is signed, its second copy and its key."""

    path: Path
    copy: HeadFile
    key: Path

    def asked(self, session: str | None = None) -> tuple[int, Any, str]:
        keys = known_keys(self.key)
        answer = verify(self.path, session, safe=safe_line, head_file=self.copy, keys=keys)
        return answer.exit_code, json.loads(json.dumps(answer.data)), answer.text

    def sign(self) -> str:
        return sign(self.path, None, key_path=self.key, head_file=self.copy, safe=safe_line).text


@pytest.fixture
def sealed(path: Path, tmp_path: Path) -> Sealed:
    made = Sealed(path, HeadFile(tmp_path / "heads", "paper"), tmp_path / "key")
    made.sign()
    assert made.asked()[0] == 0
    return made


UNSIGN = (
    "UPDATE heads SET signed_seq = NULL, signed_hash = NULL, signed_ns = NULL, key = NULL, signature = NULL,"
    " bars = NULL, bars_digest = NULL"
)


def test_an_ended_session_whose_signature_is_gone_is_not_ok(sealed: Sealed) -> None:
    sealed.copy.path.unlink()
    change(sealed.path, UNSIGN)
    code, data, text = sealed.asked()
    assert (code, data["verdict"], of(data)["ok"], of(data, OTHER)["ok"]) == (1, "not signed", False, True)
    assert "NOT SIGNED it has ended: `ytc sign`" in text
    sealed.sign()
    assert sealed.asked()[0] == 0
    sealed.key.unlink()
    change(sealed.path, UNSIGN)
    sealed.copy.path.unlink()
    assert sealed.asked()[0] == 0, "without a key nothing was ever signed here"


def test_a_signature_that_ends_before_its_session_is_not_one_of_it(sealed: Sealed) -> None:
    entry = finished().entries[4]
    store = Store(sealed.path)
    early = HeadSigner(sealed.key).sign(ChainHead(SESSION, entry.seq, entry.hash), BarsHead(), 1)
    sealed.copy.append(early)
    assert store.write([early]) == [None]
    store.close()
    code, data, _ = sealed.asked()
    assert (code, data["verdict"]) == (1, "not signed")
    assert of(data)["unsigned"].startswith(f"after entry {entry.seq}: ")
    sealed.sign()
    first = finished().entries[0].hash
    change(sealed.path, f"UPDATE heads SET head_seq = 1, head_hash = '{first}' WHERE session = '{SESSION}'")
    assert "stands at entry 1 of" in of(sealed.asked()[1])["unsigned"]
    sealed.sign()
    assert sealed.asked()[0] == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[1:],
        lambda lines: [],
        lambda lines: [lines[0].replace('"paper"', '"live"'), *lines[1:]],
        lambda lines: [lines[0].replace('"signed_ns": ', '"signed_ns": 1'), *lines[1:]],
    ],
)
def test_a_second_copy_without_the_line_of_a_signature_is_found(
    sealed: Sealed, spoil: Callable[[list[str]], list[str]]
) -> None:
    lines = sealed.copy.path.read_text().splitlines()
    sealed.copy.path.write_text("".join(f"{line}\n" for line in spoil(lines)))
    code, data, text = sealed.asked()
    assert (code, data["verdict"]) == (1, "tampered or sums wrong")
    assert "has no line of the signature over entry" in text
    assert data["findings"][0]["session"] == SESSION
    assert sealed.asked(OTHER)[0] == (0 if spoil(lines) else 1)


def test_a_second_copy_that_is_gone_is_found_and_can_be_made_anew(sealed: Sealed) -> None:
    before = sealed.copy.path.read_text()
    sealed.copy.path.unlink()
    code, data, _ = sealed.asked()
    [found] = data["findings"]
    assert code == 1
    assert "is not there, though 2 heads were signed" in found["text"]
    assert "was missing, and is there now" in sealed.sign()
    assert (sealed.copy.path.read_text(), sealed.asked()[0]) == (before, 0)


def test_a_line_that_a_crash_cut_short_is_told_apart_and_mended(sealed: Sealed) -> None:
    before = sealed.copy.read()
    with sealed.copy.path.open("a") as file:
        file.write('\n\n{"mode":"pap')
    code, data, _ = sealed.asked()
    assert (code, data["verdict"]) == (3, "unreadable")
    assert "line 5 was cut short, as a crash does" in data["findings"][0]["text"]
    assert "line 5 was cut short, and is blanked out" in sealed.sign()
    assert (sealed.asked()[0], sealed.copy.read()) == (0, before)


@pytest.mark.parametrize("line", [b"[" * 4000, b"\xff\xfe\x00", b"x" * 9000])
def test_a_line_of_any_bytes_becomes_the_answer(sealed: Sealed, line: bytes) -> None:
    with sealed.copy.path.open("ab") as file:
        file.write(line + b"\n")
    assert sealed.asked()[0] == 3
    sealed.sign()
    assert sealed.asked()[0] == 0


def test_a_line_that_is_whole_and_no_head_is_left_as_it_is(sealed: Sealed) -> None:
    with sealed.copy.path.open("a") as file:
        file.write('{"mode": "paper", "of": "a newer program"}\r\n')
    before = sealed.copy.path.read_bytes()
    code, data, _ = sealed.asked()
    assert (code, data["verdict"]) == (3, "unreadable")
    assert "line 3 is no signed head: it was edited, or" in data["findings"][0]["text"]
    sealed.sign()
    assert sealed.copy.path.read_bytes() == before


def test_a_second_copy_that_is_a_folder_becomes_the_answer(sealed: Sealed) -> None:
    sealed.copy.path.unlink()
    sealed.copy.path.mkdir()
    code, data, _ = sealed.asked()
    assert (code, data["verdict"]) == (3, "unreadable")
    assert "heads" in data["findings"][0]["text"]

"""No registered secret survives, in whatever form it travels."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, strategies as st

from ytc_tui.adapters.redaction import REDACTED, SHORTEST_SECRET, Redactor
from ytc_tui.errors import ConfigInvalid

SECRETS = st.text(st.characters(codec="utf-8"), min_size=SHORTEST_SECRET, max_size=40)
AROUND = st.text(st.characters(codec="utf-8"), max_size=30)


@given(SECRETS, AROUND, AROUND)
def test_by_value_in_every_form(secret: str, before: str, after: str) -> None:
    assume(secret not in REDACTED)
    redactor = Redactor([secret])
    raw = secret.encode()
    for form in (
        secret,
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
        quote(secret, safe="").lower() if secret.isascii() and secret.islower() else quote(secret),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
    ):
        assert form not in redactor.text(f"{before} {form} {after}")


@given(SECRETS, st.binary(max_size=12), st.binary(max_size=12))
def test_base64_of_a_text_that_holds_the_secret(secret: str, before: bytes, after: bytes) -> None:
    """As in basic authentication, where user and password are encoded together."""
    redactor = Redactor([secret])
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    shown = redactor.text(encoded)
    assert shown != encoded
    # What is left decides less than eight bits at each end of the secret.
    assert REDACTED in shown


@given(SECRETS, st.recursive(AROUND, lambda inner: st.lists(inner) | st.dictionaries(AROUND, inner)))
def test_by_value_in_data(secret: str, other: object) -> None:
    assume(secret not in REDACTED)
    found = Redactor([secret]).data({"a": [secret, {"b": f"x{secret}"}], secret: other, "o": other})
    assert secret not in _texts(found)


def _texts(value: object) -> str:
    if isinstance(value, dict):
        return "\0".join(map(_texts, [*value, *value.values()]))
    return "\0".join(map(_texts, value)) if isinstance(value, list) else str(value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /api?signature=ab12&x=1", "GET /api?signature=[redacted]&x=1"),
        ("AccessKeyId=AKIA99&y", "AccessKeyId=[redacted]&y"),
        ("Authorization: Bearer abc.def.ghi", "Authorization: [redacted]"),
        ("authorization: Basic dXNlcjpwYXNz, next", "authorization: [redacted], next"),
        ('{"passphrase": "two words", "n": 1}', '{"passphrase": "[redacted]", "n": 1}'),
        (r"{\"passphrase\": \"two words\"}", r"{\"passphrase\": \"[redacted]\"}"),
        ("OK-ACCESS-PASSPHRASE: hunter2", "OK-ACCESS-PASSPHRASE: [redacted]"),
        ("{'apiKey': 'k1', 'b': 2}", "{'apiKey': '[redacted]', 'b': 2}"),
        ("X-MBX-APIKEY: k123", "X-MBX-APIKEY: [redacted]"),
        ("password=hunter2 rest", "password=[redacted] rest"),
        ('passphrase="never closed', 'passphrase="[redacted]'),
        ("the signature was wrong", "the signature was wrong"),
        ("a stop at 61000.5, qty=0.1", "a stop at 61000.5, qty=0.1"),
    ],
)
def test_by_pattern(text: str, shown: str) -> None:
    assert Redactor().text(text) == shown


def test_telling_keys_of_data_go_whole_and_the_rest_stays() -> None:
    found = Redactor().data(
        {
            "apiKey": "abc",
            "nested": [{"Passphrase": "p q"}],
            "n": 1,
            "f": 0.5,
            "t": (True, None),
            "nan": float("nan"),
        }
    )
    assert found == {
        "apiKey": REDACTED,
        "nested": [{"Passphrase": REDACTED}],
        "n": 1,
        "f": 0.5,
        "t": [True, None],
        "nan": "nan",
    }


def test_endless_nesting_ends() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert "[too deep]" in str(Redactor().data(loop))


def test_a_secret_too_short_to_tell_apart_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigInvalid) as refusal:
        Redactor(["abcde"])
    assert "abcde" not in str(refusal.value)

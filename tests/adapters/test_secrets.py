"""Secrets leave the environment, are usable by name, and are known to redaction."""

from __future__ import annotations

import io
import sys
import types

import pytest

from ytc_tui.adapters import secrets
from ytc_tui.adapters.redaction import Redactor
from ytc_tui.errors import ConfigInvalid

TOKEN = "tk_3141592653589793"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that knows no secret, with no keyring."""
    monkeypatch.setattr(secrets, "REDACTOR", Redactor())
    monkeypatch.setattr(secrets, "_given", {})
    monkeypatch.setitem(sys.modules, "keyring", None)


def keyring(monkeypatch: pytest.MonkeyPatch, get: object) -> None:
    module = types.ModuleType("keyring")
    monkeypatch.setattr(module, "get_password", get, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", module)


def test_a_secret_is_taken_out_of_the_environment() -> None:
    environ = {"YTC_SECRET_NTFY_TOKEN": TOKEN, "PATH": "/bin"}
    secrets.take(environ)
    assert environ == {"PATH": "/bin"}
    assert secrets.secret("NTFY_TOKEN") == TOKEN
    assert secrets.REDACTOR.text(f"as {TOKEN} says") == "as [redacted] says"


def test_the_environment_stands_over_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("ytc", "A"): "keyring-value-1234", ("ytc", "B"): "keyring-value-5678"}
    keyring(monkeypatch, lambda service, name: kept.get((service, name)))
    secrets.take({"YTC_SECRET_A": TOKEN})
    assert secrets.secrets_named(["A", "B"]) == {"YTC_SECRET_A": TOKEN, "YTC_SECRET_B": "keyring-value-5678"}
    assert "keyring-value-5678" not in secrets.REDACTOR.text("keyring-value-5678")
    with pytest.raises(ConfigInvalid, match="there is no secret C"):
        secrets.secret("C")


def test_a_keyring_that_fails_is_named_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(service: str, name: str) -> str:
        raise RuntimeError(f"{TOKEN} is locked")

    keyring(monkeypatch, fails)
    with pytest.raises(ConfigInvalid, match="RuntimeError") as error:
        secrets.secret("A")
    assert TOKEN not in str(error.value)
    assert error.value.__suppress_context__


@pytest.mark.parametrize(
    "value", ["", "short1", "123456789012", "onlyletters", "BTCUSDT", "with\nline 1234567", "a1" * 5]
)
def test_what_could_be_an_ordinary_word_is_no_secret(value: str) -> None:
    secrets.take({"YTC_SECRET_A": value})
    assert not secrets.REDACTOR.knows_any
    with pytest.raises(ConfigInvalid, match="too simple") as error:
        secrets.secret("A")
    assert not value or value not in str(error.value)


@pytest.mark.parametrize("name", ["", "a", "A-B", "A" * 64, "../X", "A\x1b[2J"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(ConfigInvalid, match="no name of a secret"):
        secrets.secret(name)


def test_an_engine_is_handed_what_its_desk_was_given() -> None:
    assert secrets.handed_over() == b""
    secrets.take({"YTC_SECRET_A": TOKEN})
    content = secrets.handed_over()
    secrets._given.clear()
    secrets.receive(io.BytesIO(b""))
    secrets.receive(io.BytesIO(content))
    assert secrets.secret("A") == TOKEN


def test_more_than_a_pipe_takes_is_refused() -> None:
    secrets.take({f"YTC_SECRET_A{number}": f"{number} " + "x1" * 10_000 for number in range(4)})
    with pytest.raises(ConfigInvalid, match="bytes of secrets"):
        secrets.handed_over()

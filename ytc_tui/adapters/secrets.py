"""The secrets of this process: where they come from, and that their values are known to redaction.

Decides what may be a secret, and in which order it is looked for: the environment, where it was given for
this run, then the keyring of the system, where that library is installed (safety.md 5). Imports redaction and
errors. Invariants: no secret stays in the environment, so no program that is started inherits one; its value
is in no message; whatever holds a secret, `REDACTOR` knows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, MutableMapping
from importlib import import_module
from typing import IO

from ytc_tui.adapters.redaction import Redactor
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import ConfigInvalid

ENV_PREFIX = "YTC_SECRET_"
KEYRING_SERVICE = "ytc"
NAME = re.compile(r"[A-Z][A-Z0-9_]{0,62}")
# What is shorter, or of one kind of character, could stand in an ordinary text by chance.
LEAST_MIXED, LEAST_PLAIN = 12, 20
# What a pipe takes at once, whoever reads it.
_MAX_BYTES = 65_536

# Every secret that this process has come to know.
REDACTOR = Redactor()
_given: dict[str, str] = {}


def take(environ: MutableMapping[str, str]) -> None:
    """Take every secret out of `environ` and keep it for `secret`."""
    for name in [name for name in environ if name.startswith(ENV_PREFIX)]:
        _keep(name.removeprefix(ENV_PREFIX), environ.pop(name))


def secret(name: str) -> str:
    """The secret `name`. Raises ConfigInvalid, which names the places, if there is none that can be used."""
    if NAME.fullmatch(name) is None:
        raise ConfigInvalid(f"{name[:80]!r} is no name of a secret", fix="write it like NTFY_TOKEN")
    value = _given[name] if name in _given else _from_keyring(name)
    if name not in _given and not value:
        raise ConfigInvalid(
            f"there is no secret {name}",
            where=f"{ENV_PREFIX}{name}",
            fix=f"set that variable, or, with the keyring extra, `keyring set {KEYRING_SERVICE} {name}`",
        )
    if not is_usable(value):
        raise ConfigInvalid(
            f"the secret {name} is too simple to be kept out of the logs",
            fix=f"use {LEAST_MIXED} characters or more, letters and digits, or {LEAST_PLAIN} of any kind",
        )
    REDACTOR.add(value)
    return value


def is_usable(value: str) -> bool:
    """Whether `value` can be told apart from ordinary words and numbers."""
    mixed = any(map(str.isalpha, value)) and any(map(str.isdigit, value))
    return value.isprintable() and len(value) >= (LEAST_MIXED if mixed else LEAST_PLAIN)


def handed_over() -> bytes:
    """The secrets that were given to this process, for an engine that it starts; empty without any.
    Raises ConfigInvalid where they are too many to be handed over."""
    content = json.dumps(_given).encode() if _given else b""
    if len(content) > _MAX_BYTES:
        raise ConfigInvalid(f"more than {_MAX_BYTES} bytes of secrets", where=f"{ENV_PREFIX}*")
    return content


def receive(stream: IO[bytes]) -> None:
    """Take what `handed_over` gave from `stream`, which is read to its end."""
    content = stream.read(_MAX_BYTES)
    if content:
        for name, value in loads(content).items():
            _keep(name, value)


def _keep(name: str, value: str) -> None:
    # A value that cannot be used is not kept: nothing of ours will ever show it.
    _given[name] = value if is_usable(value) else ""
    if _given[name]:
        REDACTOR.add(value)


def _from_keyring(name: str) -> str:
    try:
        keyring = import_module("keyring")
    except ImportError:
        return ""
    try:
        return str(keyring.get_password(KEYRING_SERVICE, name) or "")
    except Exception as error:  # every backend has errors of its own
        raise ConfigInvalid(
            f"the keyring did not give the secret {name}: {type(error).__name__}",
            fix=f"unlock it, or set {ENV_PREFIX}{name}",
        ) from None


def secrets_named(names: Collection[str]) -> dict[str, str]:
    """Every secret of `names`, by its variable. Raises ConfigInvalid."""
    return {f"{ENV_PREFIX}{name}": secret(name) for name in names}

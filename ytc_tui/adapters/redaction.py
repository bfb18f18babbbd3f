"""Taking secrets out of text before it is written or sent anywhere (safety.md 5).

Decides by value, every registered secret in the forms in which it travels, and by pattern, what stands
after a telling name. Standard library and errors. Invariant: no text that went through `text` or `data`
holds a registered secret in plain, escaped, quoted or base64 form.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from ytc_tui.errors import ConfigInvalid

REDACTED = "[redacted]"
# A shorter value would take ordinary words out of every line.
SHORTEST_SECRET = 6
MAX_DEPTH = 20

_NAMES = (
    r"signature|authorization|passphrase|password|secret(?:[-_]?key)?|access[-_]?key[-_]?id"
    r"|api[-_]?(?:key|sign|secret)|listen[-_]?key|(?:access|auth|bearer|session)[-_]?token"
)
# name, then = or : with the quotes and escapes around it, then the value: quoted, or up to a delimiter.
_PATTERN = re.compile(
    rf"((?:{_NAMES})\\?[\"']?\s{{0,8}}[=:]\s{{0,8}})"
    r"(\\?\"[^\"]*\"?|\\?'[^']*'?|(?:(?:Bearer|Basic|Digest|Token)\s{1,8})?[^\s&\"',;}\]]+)",
    re.IGNORECASE,
)
_TELLING_KEY = re.compile(_NAMES, re.IGNORECASE)


class Redactor:
    """Knows the secrets of this process. `text` and `data` give copies without them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._values: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Register `secret`. Raises ConfigInvalid, without showing it, if it is too short to tell apart."""
        if len(secret) < SHORTEST_SECRET:
            raise ConfigInvalid(
                f"a secret of {len(secret)} characters cannot be kept out of the logs",
                fix=f"use one of at least {SHORTEST_SECRET} characters",
            )
        self._forms.update(_forms(secret))
        # Longer forms first, so that what contains another form goes as a whole.
        ordered = sorted(self._forms, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, ordered)))

    def text(self, text: str) -> str:
        """`text` with secrets, and what stands after telling names, replaced by "[redacted]"."""
        return _PATTERN.sub(_without_value, self.values(text))

    def values(self, text: str) -> str:
        """`text` with registered secrets replaced by "[redacted]", and nothing else changed."""
        return text if self._values is None else self._values.sub(REDACTED, text)

    @property
    def knows_any(self) -> bool:
        """Whether any secret was registered."""
        return self._values is not None

    def data(self, value: Any, depth: int = 0) -> Any:
        """A copy of JSON-like `value` without secrets; what stands under a telling key goes whole."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if depth >= MAX_DEPTH:
            return "[too deep]"
        if isinstance(value, Mapping):
            return {
                self.text(str(key)): (
                    REDACTED
                    if isinstance(item, str) and _TELLING_KEY.search(str(key))
                    else self.data(item, depth + 1)
                )
                for key, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.data(item, depth + 1) for item in value]
        return self.text(str(value))


def _without_value(found: re.Match[str]) -> str:
    value = found[2]
    opening = re.match(r"\\?[\"']", value)
    if opening is None:
        return found[1] + REDACTED
    closing = value[-1] if len(value) > len(opening[0]) and value[-1] == opening[0][-1] else ""
    escape = "\\" if closing and opening[0][0] == "\\" else ""
    return f"{found[1]}{opening[0]}{REDACTED}{escape}{closing}"


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield quoted
        yield re.sub(r"%[0-9A-F]{2}", lambda escape: escape[0].lower(), quoted)
    yield from _base64_forms(raw)


def _base64_forms(raw: bytes) -> Iterator[str]:
    """The characters that `raw` alone decides wherever it stands in what was encoded ("key:secret")."""
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(bytes(before) + raw).decode().rstrip("=")
            first = -(-before * 8 // 6)
            end = (before + len(raw)) * 8 // 6
            if end - first >= SHORTEST_SECRET:
                yield text[first:end]

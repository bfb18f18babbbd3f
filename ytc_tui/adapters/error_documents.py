"""Errors of ours as JSON objects, on their way from one process to another.

Decides the fields. Imports the errors. Invariant: an error arrives as the class that left; whatever a
document says, nothing but an error of ours is made of it.
"""

from __future__ import annotations

from typing import Any

from ytc_tui import errors
from ytc_tui.errors import YtcError

_ERRORS: dict[str, type[YtcError]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, YtcError)
}


def error_document(error: YtcError) -> dict[str, str]:
    """The error as JSON: its class, what is wrong, where, and what to do."""
    return {"error": type(error).__name__, "what": error.what, "where": error.where, "fix": error.fix}


def error_from(document: dict[str, Any], unknown: type[YtcError] = YtcError) -> YtcError:
    """The error that a document of `error_document` describes; of class `unknown` if its own is not known."""
    kind = _ERRORS.get(str(document.get("error")), unknown)
    what, where, fix = (str(document.get(name, "")) for name in ("what", "where", "fix"))
    return kind(what, where=where, fix=fix)

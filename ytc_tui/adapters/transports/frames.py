"""Frames as they cross the door's WebSocket.

Decides their JSON. Imports the client protocol, the views' catalogue and the codec. Invariant: what is
decoded equals what was sent; a view that this program does not know, or that does not fit, is an error.
"""

from __future__ import annotations

import json
from typing import Any

from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.client import Frame
from ytc_tui.errors import YtcError
from ytc_tui.model.codec import from_json, to_json
from ytc_tui.views.catalog import view_type

# The past of a chart, a day of minutes, is about 90 KB.
MAX_FRAME_BYTES = 4 * 1024 * 1024


def frame_text(frame: Frame) -> str:
    """The frame as one JSON text."""
    return json.dumps(to_json(frame), allow_nan=False, separators=(",", ":"))


def frame_from(text: str | bytes) -> Frame:
    """The frame in a JSON text. Raises YtcError when it is not one of ours."""
    try:
        data = loads(text)
        views = {name: _view(name, view) for name, view in data["views"].items()}
        return Frame(int(data["number"]), int(data["at_ns"]), views)
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise YtcError(
            f"a frame cannot be read: {error}", fix="engine and desk must be of the same release"
        ) from error


def _view(name: str, data: Any) -> Any:
    kind = view_type(name)
    if kind is None:
        raise ValueError(f"no view {name!r}")
    return None if data is None else from_json(kind, data)

"""Write a file of settings; ask why settings are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ytc_tui.config import load_settings
from ytc_tui.errors import ConfigInvalid


def written_file(folder: Path, text: str, name: str = "c.toml") -> Path:
    """The path of a new file with `text`."""
    path = folder / name
    path.write_text(text)
    return path


def refusal(
    path: Path | None = None,
    overrides: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
) -> ConfigInvalid:
    """The error with which these settings are refused."""
    with pytest.raises(ConfigInvalid) as caught:
        load_settings(path, overrides, environment=environment or {})
    return caught.value

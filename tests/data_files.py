"""Where tests find the large data files: YTC_TEST_DATA, or the folder beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def shared_data(name: str) -> Path:
    """The file `name` of the shared data; skips the test where that folder does not exist."""
    folder = Path(os.environ.get("YTC_TEST_DATA", _BESIDE))
    if not folder.is_dir():
        pytest.skip(f"no test data in {folder}")
    return folder / name

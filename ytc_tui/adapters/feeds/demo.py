"""The bundled demo data: two perpetual contracts over ten days of November 2022.

Decides nothing but where it lies. Imports its sibling sources, errors only.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ytc_tui.adapters.feeds.files import BarSource, open_source
from ytc_tui.errors import DataInvalid


def demo_paths() -> tuple[Path, ...]:
    """The bundled Parquet files in name order. DataInvalid if the installation lacks them."""
    folder = Path(str(files("ytc_tui").joinpath("data", "demo")))
    paths = tuple(sorted(folder.glob("*.parquet")))
    if not paths:
        raise DataInvalid("the bundled demo data is missing", where=str(folder), fix="install ytc-tui again")
    return paths


def demo_sources() -> tuple[BarSource, ...]:
    """The bundled files, opened."""
    return tuple(open_source(str(path)) for path in demo_paths())

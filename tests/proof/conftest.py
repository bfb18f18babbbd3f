"""One journal for all tests of the proofs: recording it is most of their time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.record import recorded


@pytest.fixture(scope="session")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("proof"))


@pytest.fixture
def settings(journal: Path) -> tuple[str, str]:
    return "--settings", str(journal.parents[2] / "settings.json")

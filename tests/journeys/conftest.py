"""A user of its own for each test, and a record on which a trade waits for a yes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.journeys.desk import PROPOSE, engine_of
from tests.journeys.process import Home, count_on_record, until
from ytc_tui.adapters.transports.sockets import find_engines
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.starting import Flags


@pytest.fixture
def runtime() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ytc-") as folder:
        yield Path(folder)


@pytest.fixture
def home(tmp_path: Path, runtime: Path) -> Home:
    return Home(tmp_path, runtime)


@pytest.fixture
def user(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """This process as the user of `home`; engines that still run in the end are killed."""
    monkeypatch.chdir(home.folder)
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, home.environment[name])
    yield home
    for engine in find_engines(home.runtime / "ytc"):
        if engine.pid not in (0, os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(engine.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def proposal_record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state folder of an engine that was stopped while the demo's trade waited for an answer."""
    folder = tmp_path_factory.mktemp("proposal")
    with tempfile.TemporaryDirectory(prefix="ytc-") as runtime:
        home = Home(folder, Path(runtime))
        arguments = ("--demo", "--speed", "max", *(text for given in PROPOSE for text in ("--set", given)))
        with home.running(*arguments) as engine:
            until(lambda: count_on_record(home, "TradeProposed") == 1)
            [proposal] = [
                row for row in json.loads(home.ytc("handoffs", "--json").stdout) if "proposal" in row
            ]
            assert proposal["proposal"]["proposal_id"] == "P0001"
            engine.send_signal(signal.SIGTERM)
            assert engine.wait(timeout=10) == 0
        yield folder


@pytest.fixture
def at_the_proposal(user: Home, proposal_record: Path) -> Home:
    """The user, with the record of the waiting trade in his state folder."""
    shutil.copytree(proposal_record / "ytc", user.folder / "ytc")
    return user


@pytest.fixture
async def start(user: Home) -> AsyncIterator[Callable[[Flags], ProcessEngine]]:
    """Makes an engine of its own for a desk; it is ended with the test, whatever became of it."""
    made: list[ProcessEngine] = []

    def make(flags: Flags) -> ProcessEngine:
        made.append(engine_of(flags))
        return made[-1]

    yield make
    for engine in made:
        await engine.stop()

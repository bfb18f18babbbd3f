"""Kill -9 at random moments: run `ytc run` again and again until it ends, and say how it ended."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its session documents, and how often it was killed on the way."""

    documents: list[dict[str, Any]]
    kills: int

    def facts(self) -> list[dict[str, Any]]:
        """What must not depend on kills: result, trades and end of every session."""
        kept = (
            "session_id",
            "session_status",
            "session_pnl",
            "fees_paid",
            "account_balance",
            "trades",
            "funnel",
        )
        return [{key: document[key] for key in kept} for document in self.documents]


def run_once(state: Path, arguments: list[str], kill_after_s: float | None) -> list[dict[str, Any]] | None:
    """One process; None when it was killed after `kill_after_s`."""
    state.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    command = [sys.executable, "-m", "ytc_tui", "run", "--headless", "--json", "--exit-when-done", *arguments]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=state
    )
    try:
        out, error = process.communicate(timeout=kill_after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return None
    if process.returncode != 0:
        raise AssertionError(f"exit {process.returncode}: {error[-2000:]}")
    lines = [json.loads(line) for line in out.splitlines()]
    return [line for line in lines if "session_status" in line]


def run_with_kills(state: Path, arguments: list[str], kills: int, seed: int, longest_s: float) -> Outcome:
    """Kill `kills` processes at random moments up to `longest_s`, then let one end."""
    chance = random.Random(seed)
    done = 0
    while done < kills:
        documents = run_once(state, arguments, chance.uniform(0.3, longest_s))
        if documents is not None:
            return Outcome(documents, done)
        done += 1
    documents = run_once(state, arguments, None)
    assert documents is not None
    return Outcome(documents, done)


def seconds_of(state: Path, arguments: list[str]) -> tuple[list[dict[str, Any]], float]:
    """An uninterrupted run and how long it took."""
    begun = time.monotonic()
    documents = run_once(state, arguments, None)
    assert documents is not None
    return documents, time.monotonic() - begun

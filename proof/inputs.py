"""What both proofs are given: arguments, the costs of fills, bars and rows that must be there."""

from __future__ import annotations

import argparse
import json
import tomllib
from decimal import Decimal
from pathlib import Path

from proof.journal import Session
from proof.ledger import Costs
from proof.market import Instrument, Series

ROOT = Path(__file__).resolve().parent.parent
_COSTS = ("spread_bps", "slippage_bps", "slippage_unknown_volume_bps", "latency_ms", "fill_volume_share")


def parsed(name: str, description: str, arguments: list[str] | None) -> argparse.Namespace:
    """The arguments of a proof; those of the process where None."""
    parser = argparse.ArgumentParser(prog=name, description=description.splitlines()[0])
    parser.add_argument("journal", type=Path, help="ytc.db of the state folder")
    parser.add_argument("data", nargs="+", help="[SYMBOL=]PATH of Parquet bars")
    parser.add_argument("--settings", type=Path, help="output of `ytc config show --json` for the run")
    parser.add_argument("--instruments", type=Path, default=ROOT / "ytc_tui" / "data" / "instruments.toml")
    return parser.parse_args(arguments)


def load_costs(settings: Path | None) -> tuple[Costs, str]:
    """The settings [paper] and the digest of all settings, empty where they come from config.toml.

    `settings` is what `ytc config show --json` printed under the settings of the run.
    """
    if settings is None:
        with (ROOT / "config.toml").open("rb") as file:
            paper, digest = tomllib.load(file, parse_float=Decimal)["paper"], ""
    else:
        shown = json.loads(settings.read_text(), parse_float=Decimal)
        paper = {row["key"].removeprefix("paper."): row["value"] for row in shown["settings"]}
        digest = shown["digest"]
    numbers = {name: Decimal(str(paper[name])) for name in _COSTS}
    return Costs(
        spread_bps=numbers["spread_bps"],
        slippage_bps=numbers["slippage_bps"],
        slippage_unknown_volume_bps=numbers["slippage_unknown_volume_bps"],
        latency_ns=int(numbers["latency_ms"]) * 1_000_000,
        volume_share=numbers["fill_volume_share"],
    ), digest


def require_symbols(sessions: list[Session], series: dict[str, Series], rows: dict[str, Instrument]) -> None:
    """ValueError where a symbol of a session has no bars or no instrument row."""
    for session in sessions:
        for symbol in session.first("SessionStarted").body["symbols"]:
            if symbol not in series:
                raise ValueError(f"session {session.name} trades {symbol}: give its bars")
            if symbol not in rows:
                raise ValueError(f"session {session.name} trades {symbol}: it has no instrument row")

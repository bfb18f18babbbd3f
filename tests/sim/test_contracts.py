"""Contracts that stand for a part of a coin: the same trade, counted in other units (semantics.md 4)."""

from __future__ import annotations

from decimal import Decimal
from importlib import resources
from pathlib import Path

from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.model.commands import Command
from ytc_tui.model.risk import OpenRisk
from ytc_tui.model.state import State

UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)
Seen = tuple[Decimal, Decimal, tuple[OpenRisk, ...]]


async def traded(folder: Path, lot: str, contract_size: str) -> tuple[Simulation, list[Seen]]:
    """A session whose instrument has this lot and contract size, and what was at risk on the way."""
    table = (resources.files("ytc_tui") / "data" / "instruments.toml").read_text()
    head, _, tail = table.partition("[BTCUSDT]")
    block, _, rest = tail.partition("\n[")
    block = block.replace("lot = 0.001", f"lot = {lot}").replace(
        "contract_size = 1", f"contract_size = {contract_size}"
    )
    path = folder / "instruments.toml"
    path.write_text(f"{head}[BTCUSDT]{block}\n[{rest}")
    seen: list[Seen] = []
    simulation = stage(
        folder, Tape().walk("12:41", *UP), long_at("12:41"), settings={"feed.instruments_path": str(path)}
    )

    def watch(state: State, now_ns: int) -> list[Command]:
        run = simulation.host.current
        if run is not None and on_day("12:41") <= now_ns <= on_day("12:48"):
            sit = run.kernel.sit
            seen.append((sit.pnl_pct(), sit.exit_fees(), sit.open_risks()))
        return []

    simulation.operator = watch
    await simulation.run()
    return simulation, seen


async def test_the_unit_of_a_contract_changes_no_money(tmp_path: Path) -> None:
    for name in ("coins", "parts"):
        (tmp_path / name).mkdir()
    coins, at_risk_in_coins = await traded(tmp_path / "coins", "0.001", "1")
    parts, at_risk_in_parts = await traded(tmp_path / "parts", "1", "0.001")
    [one], [other] = check_laws(coins).trades.values(), check_laws(parts).trades.values()
    assert other.entered_quantity == one.entered_quantity * 1_000
    assert other.net_pnl == one.net_pnl
    assert other.r_multiple == one.r_multiple
    assert parts.state().wallet == coins.state().wallet
    assert any(risks for _, _, risks in at_risk_in_coins)
    assert at_risk_in_parts == at_risk_in_coins

"""Commands by hand as tests say them, and at random, and what is read off afterwards."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tests.sim.harness import Simulation
from tests.sim.tape import on_day
from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget, Ticket, Verb
from ytc_tui.model.market import Side
from ytc_tui.views.event_lines import event_line
from ytc_tui.views.journal import recorded
from ytc_tui.views.ledger import check_ledger

D = Decimal
HALF = ClosePart(D(50))
# A quiet market after the entry, below the first target.
REST = (20_040, 20_056, 20_100, 20_110, 20_105, 20_110, 20_105, 20_110)


Line = tuple[int, Command]


def close(clock: str, part: ClosePart = HALF, name: str = "close", about: str = "T0001") -> Line:
    return on_day(clock), Command(name, Verb.CLOSE, "me", "enough", about, close=part)


def stop(clock: str, price: str | None = None, name: str = "stop") -> Line:
    moved = MoveStop(None if price is None else D(price))
    return on_day(clock), Command(name, Verb.STOP, "me", "", "BTCUSDT", move_stop=moved)


def target(clock: str, price: str, part: int | None = None, name: str = "target") -> Line:
    moved = MoveTarget(D(price), part)
    return on_day(clock), Command(name, Verb.TARGET, "me", "", "T0001", move_target=moved)


BUY = Ticket(Side.BUY, D(19_900), D(20_400))


def ticket(clock: str, wanted: Ticket = BUY, name: str = "ticket", symbol: str = "BTCUSDT") -> Line:
    return on_day(clock), Command(name, Verb.TICKET, "me", "seen", symbol, ticket=wanted)


def refusal(simulation: Simulation, name: str) -> str:
    receipt = simulation.host.receipts[name]
    assert not receipt.accepted
    return receipt.reason


def ledger_agrees(simulation: Simulation) -> None:
    report = check_ledger(recorded(entry for entry, _ in simulation.events))
    assert report.ok, report.differences


def lines(simulation: Simulation) -> str:
    return "\n".join(event_line(entry, event) for entry, event in simulation.events)


_VERBS = (Verb.CLOSE, Verb.STOP, Verb.STOP, Verb.TARGET, Verb.TARGET, Verb.TICKET)


def random_command(chance: Random, name: str, symbol: str, level: float) -> Command:
    """One command on `symbol`, whose price is somewhere around `level`."""

    def near(share: float) -> Decimal:
        return Decimal(repr(round(level * (1 + chance.uniform(-share, share)), 1)))

    match chance.choice(_VERBS):
        case Verb.CLOSE:
            part = ClosePart(Decimal(chance.choice((1, 25, 50, 50, 99, 100))))
            return Command(name, Verb.CLOSE, "me", "", symbol, close=part)
        case Verb.STOP:
            price = None if chance.random() < 0.3 else near(0.006)
            return Command(name, Verb.STOP, "me", "", symbol, move_stop=MoveStop(price))
        case Verb.TARGET:
            wanted = MoveTarget(near(0.02), chance.choice((None, 1, 2)))
            return Command(name, Verb.TARGET, "me", "", symbol, move_target=wanted)
        case _:
            side = chance.choice(list(Side))
            away = Decimal(repr(round(level * chance.uniform(0.005, 0.01), 1))) * side.sign
            base = near(0.004)
            ticket = Ticket(side, base - away, base + 4 * away, chance.choice((None, base)))
            return Command(name, Verb.TICKET, "me", "", symbol, ticket=ticket)

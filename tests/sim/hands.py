"""Random commands by hand: sensible ones and others, at prices around a level."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget, Ticket, Verb
from ytc_tui.model.market import Side

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

"""Sessions in which a person is asked about a trade, and the ways to answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sim.harness import Simulation
from tests.sim.laws import check_laws
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.proposals import Proposal
from ytc_tui.model.state import State
from ytc_tui.views.journal import recorded
from ytc_tui.views.ledger import check_ledger

CONFIRM = {"trading.approval": "confirm"}
UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)
Answer = Callable[[Proposal], list[Command]]


def yes(proposal: Proposal) -> list[Command]:
    name = proposal.proposal_id
    return [Command(f"yes-{name}", Verb.APPROVE, "me", target=name, content_hash=proposal.content_hash)]


def no(proposal: Proposal) -> list[Command]:
    return [Command(f"no-{proposal.proposal_id}", Verb.REJECT, "me", "too late", proposal.proposal_id)]


def answers(simulation: Simulation, *said: Answer) -> Simulation:
    """Answers each newly pending proposal with the next of `said`; the last one answers all that follow."""
    waiting = list(said)
    seen: set[str] = set()

    def operator(state: State, now_ns: int) -> list[Command]:
        for record in state.pending_proposals():
            name = record.proposal.proposal_id
            if name not in seen:
                seen.add(name)
                return (waiting.pop(0) if len(waiting) > 1 else waiting[0])(record.proposal)
        return []

    simulation.operator = operator
    return simulation


def asked(
    folder: Path, *said: Answer, tape: Tape | None = None, settings: dict[str, str] | None = None, **more: Any
) -> Simulation:
    """One long at 12:41 that a person is asked about."""
    tape = tape or Tape().walk("12:41", *UP)
    idea = long_at("12:41")
    return answers(stage(folder, tape, idea, settings={**CONFIRM, **(settings or {})}, **more), *said)


def entries(simulation: Simulation) -> list[ev.OrderIntended]:
    return [event for event in simulation.all(ev.OrderIntended) if event.order.role is OrderRole.ENTRY]


def last_state(simulation: Simulation) -> State:
    """The state, once every law holds of it and its journal proves the answers."""
    state = check_laws(simulation)
    session = simulation.journal.sessions()[-1]
    assert check_ledger(recorded(simulation.journal.entries(session))).ok
    assert not state.timers
    return state

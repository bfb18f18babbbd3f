"""The chain of gates that a cycle passed, for one symbol at one instant, and the sentence that it says.

Decides the order of gates and which of them answers "why not". Imports the model and the history.
Invariants: every step is told by an entry or marked as not asked; nothing is judged anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ytc_tui.model import events as ev
from ytc_tui.model.risk import Verdict
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.signals import SetupKind
from ytc_tui.model.tasks import ResponseStatus
from ytc_tui.views.history import History
from ytc_tui.views.journal import Recorded, plain, short, utc
from ytc_tui.views.json_data import listed, mapping
from ytc_tui.views.standing import Mark, Standing, Step

SCANNER, ENTRY = "setup_scanner", "entry_execution"
_KINDS = frozenset(SetupKind)
# In the order in which the scanner asks them; one setup may be asked for each kind that is on.
_SCANNED = ("data", "structure", "trend", "environment", "setups", "price")
_SETUPS_TOLD = 2
# Rules about the setup itself; those of risk are asked only after them.
_QUALITY = frozenset({"setup_score", "regime_fit", "sideways", "chasing"})


@dataclass(frozen=True, slots=True)
class GateChain:
    """All gates at `at` (UTC), in order. `symbol` is empty for the session's own gates.

    `scanned` is when the scanner's answer that it tells is from, empty = none is told.
    """

    symbol: str
    at: str
    scanned: str
    steps: tuple[Step, ...]

    def first(self, mark: Mark) -> Step | None:
        return next((step for step in self.steps if step.mark is mark), None)


def session_chain(standing: Standing, at_ns: int) -> GateChain:
    """The latches that hold for every symbol."""
    return GateChain("", utc(at_ns), "", standing.steps(at_ns))


def symbol_chain(
    history: History,
    standing: Standing,
    symbol: str,
    span: tuple[int, int],
    decision: tuple[Recorded, ev.DecisionMade] | None,
) -> GateChain:
    """The gates of `symbol` within `span`: ours, the scan's, and the verdicts of the `decision` then."""
    from_ns, to_ns = span
    scan = _scan_then(history, symbol, from_ns, to_ns)
    steps = [*standing.symbol_steps(symbol)]
    if scan is None:
        why = _not_scanned(history, standing, from_ns, to_ns)
        steps += [Step(gate, Mark.NOT_ASKED, why) for gate in _SCANNED]
    else:
        steps += scan[1]
        steps += _left_out(scan[1])
    steps += _verdicts(history, steps, decision, to_ns)
    return GateChain(symbol, utc(from_ns), utc(scan[0].at_ns) if scan else "", tuple(steps))


def scanned_chain(record: Recorded, symbol: str, result: Mapping[str, Any]) -> GateChain:
    """The gates that one answer of the scanner's tells of `symbol`."""
    at = utc(record.at_ns)
    return GateChain(symbol, at, at, tuple(_scan_steps(record.seq, symbol, result)))


def symbols_of(history: History) -> tuple[str, ...]:
    return history.started.symbols if history.started is not None else ()


def why_not(session: GateChain, chains: Sequence[GateChain]) -> str:
    """The first gate that stood in the way: of the session, else of each symbol."""
    latch = session.first(Mark.NO)
    if latch is not None:
        others = [step.gate for step in session.steps if step.mark is Mark.NO and step is not latch]
        if latch.gate == "hours":  # status and gate follow from the phase
            others = []
        return latch.why + (f"; also {' and '.join(others)}" if others else "")
    return " | ".join(f"{chain.symbol}: {_in_the_way(chain)}" for chain in chains) or "no symbol is traded"


def _in_the_way(chain: GateChain) -> str:
    if not chain.scanned:
        position = chain.first(Mark.NO)
        unasked = next(step for step in chain.steps if step.mark is Mark.NOT_ASKED)
        return position.why if position is not None else unasked.why
    missing = [f"{step.gate}: {step.why}" for step in chain.steps if _is_setup(step) and step.mark is Mark.NO]
    found = any(_is_setup(step) and step.mark is Mark.OK for step in chain.steps)
    for step in chain.steps:
        if step.mark is Mark.NO and not _is_setup(step):
            return step.why
        if _is_setup(step) and not found:
            break
    if not missing:
        return chain.steps[-1].why if found else "no setup is on"
    more = len(missing) - _SETUPS_TOLD
    return "; ".join(missing[:_SETUPS_TOLD]) + (f"; {more} more setups missing" if more > 0 else "")


def _is_setup(step: Step) -> bool:
    return step.gate in _KINDS


def _scan_then(
    history: History, symbol: str, from_ns: int, to_ns: int
) -> tuple[Recorded, tuple[Step, ...]] | None:
    """The scanner's last answer within the span and its steps for `symbol`; None when there is none."""
    for record in reversed(history.entries_of(SCANNER)):
        event = record.event
        if record.at_ns < from_ns:
            return None
        if record.at_ns < to_ns and isinstance(event, ev.TaskReported):
            if event.response.status is ResponseStatus.FAILURE:
                return None
            return record, tuple(_scan_steps(record.seq, symbol, event.response.result))
    return None


def _scan_steps(seq: int, symbol: str, result: Mapping[str, Any]) -> Iterator[Step]:
    if "chain" not in result:
        yield from _release_0_1(seq, symbol, result)
        return
    setups = {str(setup.get("setup_id")): setup for setup in map(mapping, listed(result["active_setups"]))}
    for told in map(mapping, listed(mapping(result["chain"]).get(symbol))):
        gate, why = str(told.get("gate", "")), str(told.get("why", ""))
        found = setups.get(why.partition(":")[0]) if gate in _KINDS else None
        if found is not None:
            why = f"{why}; {', '.join(_parts(found))}"
        yield Step(gate, Mark.OK if told.get("ok") is True else Mark.NO, why, seq)


def _parts(setup: Mapping[str, Any]) -> Iterator[str]:
    """The parts of a setup's score, and its confluence."""
    for part in map(mapping, listed(setup.get("score_parts"))):
        yield f"{part.get('name')} {_number(part.get('points'))}/{_number(part.get('of'))}"
    confluence = ", ".join(map(str, listed(setup.get("confluence"))))
    yield f"confluence: {confluence or 'none'}"


def _number(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else str(value)


def _release_0_1(seq: int, symbol: str, result: Mapping[str, Any]) -> Iterator[Step]:
    """The steps of an answer of before chains were told: the setups, found or missing."""
    for setup in map(mapping, listed(result.get("active_setups"))):
        if setup.get("symbol") == symbol:
            words = (
                f"{setup.get('setup_id')}: score {_number(setup.get('score'))}, grade {setup.get('grade')}"
            )
            yield Step(str(setup.get("kind")), Mark.OK, words, seq)
    missing = result.get("missing")
    reasons = mapping(missing).get(symbol) if isinstance(missing, Mapping) else missing
    for reason in listed(reasons) or ([reasons] if reasons else []):
        kind, colon, why = str(reason).partition(": ")
        known = colon and kind in _KINDS
        yield Step(kind if known else "data", Mark.NO, why if known else str(reason), seq)


def _left_out(steps: Sequence[Step]) -> Iterator[Step]:
    """The gates of a scan that no answer of the scanner's needed."""
    gates = {step.gate for step in steps}
    data = next((step for step in steps if step.gate == "data"), None)
    if data is not None and data.mark is Mark.NO and "structure" not in gates:
        yield from (Step(gate, Mark.NOT_ASKED, "the data cannot be acted on") for gate in _SCANNED[1:])
    elif "price" not in gates and not any(_is_setup(step) and step.mark is Mark.OK for step in steps):
        yield Step("price", Mark.NOT_ASKED, "no setup was found")


def _not_scanned(history: History, standing: Standing, from_ns: int, to_ns: int) -> str:
    """Why no answer of the scanner's is from within the span."""
    if standing.phase is not Phase.ACTIVE_TRADING:
        return "nothing is scanned outside trading hours"
    if standing.status is not SessionStatus.RUNNING:
        return f"nothing is scanned while {standing.status.replace('_', ' ')}"
    own = [record for record in history.entries_of(SCANNER) if record.at_ns < to_ns]
    for record in reversed(own):
        if isinstance(record.event, ev.TaskReported):
            failed = record.event.response.status is ResponseStatus.FAILURE
            if failed and record.at_ns >= from_ns:
                return f"the scanner failed: {'; '.join(record.event.response.errors)}"
            return f"the scanner gave no answer then, its last one is of {utc(record.at_ns)}"
    return "the scanner had not reported yet"


def _verdicts(
    history: History, steps: Sequence[Step], decision: tuple[Recorded, ev.DecisionMade] | None, to_ns: int
) -> Iterator[Step]:
    """The verdicts on the setup that was decided then; else why none was."""
    if decision is not None:
        record, event = decision
        yield from (verdict_step(verdict, record.seq) for verdict in event.verdicts)
        if event.refused_by and all(verdict.rule in _QUALITY for verdict in event.verdicts):
            yield Step("risk rules", Mark.NOT_ASKED, "the setup itself was refused")
        return
    why = "no setup was put to them"
    for step in steps:
        found = history.decision_on(step.why.partition(":")[0], to_ns) if _is_setup(step) else None
        if found is not None:
            record, event = found
            outcome = f"refused by {event.refused_by}" if event.refused_by else "approved"
            why = f"{event.setup_id} was decided at {utc(record.at_ns)}: {event.decision_id} {outcome}"
    yield Step("risk rules", Mark.NOT_ASKED, why)


def verdict_step(verdict: Verdict, seq: int) -> Step:
    """One rule's answer with its numbers."""
    numbers = ""
    if verdict.used is not None and verdict.limit is not None:
        numbers = f"  [{short(verdict.used)} / {short(verdict.limit)}]"
    cap = "" if verdict.max_qty is None else f"  at most {plain(verdict.max_qty)}"
    return Step(verdict.rule, Mark.OK if verdict.ok else Mark.NO, f"{verdict.reason}{numbers}{cap}", seq)

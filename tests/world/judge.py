"""What must hold of every world in the end, and of each of its moments (safety.md 8, I1 to I7)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from tests.sim.laws import Record, check_laws, record_of
from tests.world.people import STRANGER
from tests.world.world import World, settings_of
from ytc_tui.engine.apply import apply
from ytc_tui.engine.decide.evidence import NEVER_ARRIVED
from ytc_tui.model import events as ev
from ytc_tui.model.chain import Entry
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import RESTING_STATES, OrderRole, OrderState
from ytc_tui.model.state import ATTACHED, OrderRecord, State
from ytc_tui.model.trades import ENDED_TRADE_STATES, Trade

_ORDER_NEWS = (
    ev.FillBooked, ev.OrderAcknowledged, ev.OrderCanceled, ev.OrderExpired, ev.OrderRejected, ev.StopAttached
)  # fmt: skip
# Answers may overtake each other on the line.
_LAST_ANSWERS = 3


class Violation(AssertionError):
    """What must never happen, happened."""


def judge(world: World) -> State:
    """Every invariant of the world's end (safety.md 8, I1 to I7). Raises Violation."""
    if world.sent.violations:
        raise Violation("; ".join(world.sent.violations[:3]))
    try:
        record = record_of(world)
        state = check_laws(world, record)
    except AssertionError as error:
        raise Violation(f"law: {error}") from error
    if not state.ended:
        raise Violation("the session did not end")
    if _every_moment(world, record) != state:
        raise Violation("what the engine held in the end is not what its record gives")
    _what_failed_was_told(world, record)
    _what_was_told_is_booked(world, record)
    _nothing_forgotten(world, record, state)
    return state


def _every_moment(world: World, record: Record) -> State:
    """Live the record through again, without a snapshot: what must hold at each entry, and at the end of each
    instant. Returns the state that the record leads to."""
    state, entries = State(record.session), record.entries
    for entry, event, after in zip(entries, record.events, [*entries[1:], None], strict=True):
        if isinstance(event, ev.OrderIntended) and event.order.role is OrderRole.ENTRY:
            _risk_is_bounded(world, state, entry.seq, event)
        never = isinstance(event, ev.OrderRejected) and event.reason == NEVER_ARRIVED
        if never and world.wire is not None and not world.wire.absence_is_proof:
            raise Violation(f"I2 entry {entry.seq}: absence was believed where it proves nothing")
        if isinstance(event, ev.DiscrepancyFound) and event.kind == "position":
            _venue_said_so(world, entry.seq, event)
        if isinstance(event, ev.FlatVerified) and (state.positions or state.working):
            raise Violation(f"entry {entry.seq} says flat: {[*state.positions, *state.working]}")
        apply(state, event, entry.at)
        if (after is None or after.at != entry.at) and not state.ended:
            _orders_fit_their_trades(world, state, entry)
            _flatten_goes_on(state, entry)
    return state


def _risk_is_bounded(world: World, state: State, seq: int, event: ev.OrderIntended) -> None:
    """I4: what works or is unknown, taken at its worst, stays in the limit of open risk with this entry, and
    no entry leaves while an order of its symbol is unknown. Positions and costs come on top at the gate."""
    limits = settings_of(world.plan.bold, world.plan.policy).settings.risk
    for record in state.working_orders(event.order.symbol):
        if record.state is OrderState.UNKNOWN:
            raise Violation(f"I4 entry {seq} beside an unknown order")
    entries = [(record.request, record.remaining) for record in state.working_orders(role=OrderRole.ENTRY)]
    at_risk = ZERO
    for order, remaining in (*entries, (event.order, event.order.quantity)):
        price, stop = order.limit_price or order.stop_price, order.attached_stop_price
        if price is not None and stop is not None:
            at_risk += abs(price - stop) * remaining
    base = state.start_balance or state.wallet
    if at_risk > base * limits.max_open_risk_pct / 100:
        raise Violation(f"I4 entry {seq}: {at_risk} at risk of {base}")


def _flatten_goes_on(state: State, entry: Entry) -> None:
    """Until it is verified, a flatten has a close on its way for each position, but while the venue is silent
    and after it refused one at this instant; and no entry or target."""
    seq, at_ns = entry.seq, entry.at
    if state.flattening is None or state.flattening.verified:
        return
    refused_now = {
        record.request.symbol
        for record in state.orders.values()
        if record.request.role is OrderRole.FLATTEN and record.updated_ns == at_ns and not record.working
    }
    for symbol in {} if state.venue_silent_ns else state.positions:
        if symbol not in refused_now and not state.working_orders(symbol, OrderRole.FLATTEN):
            raise Violation(f"no close of {symbol} is on its way after entry {seq}")
    for record in state.working_orders():
        if record.request.role in (OrderRole.ENTRY, OrderRole.TARGET) and not _is_asked(record, at_ns):
            raise Violation(f"{record.request.client_id} still works in a flatten after entry {seq}")


def _is_asked(record: OrderRecord, at_ns: int) -> bool:
    """Whether it is asked to go; a cancel that was refused is asked for again with the minute."""
    return bool(record.cancel_ns or (record.detail and at_ns - record.updated_ns <= NS_PER_MIN))


def _orders_fit_their_trades(world: World, state: State, entry: Entry) -> None:
    """No order outlives its trade; the tightest stop that works is the one in force; where everything comes
    through, one stop covers a trade, not two."""
    seq, at_ns = entry.seq, entry.at
    for record in state.working_orders():
        trade = state.trades.get(record.trade_id)
        if trade is None:
            continue
        name, role = record.request.client_id, record.request.role
        # A stop that came to life tells of a fill not told yet; what was closed before it was told
        # to have been opened stands in the books as a position.
        untold = record.note == ATTACHED and trade.entered_quantity == ZERO
        needed = untold or (record.request.reduce_only and record.request.symbol in state.positions)
        if trade.state in ENDED_TRADE_STATES and not _is_asked(record, at_ns) and not needed:
            raise Violation(f"I1 {role} {name} outlives {trade.trade_id} after entry {seq}")
        price = record.request.stop_price
        works = role is OrderRole.PROTECTIVE_STOP and record.state in (OrderState.ACKED, OrderState.PARTIAL)
        if works and price is not None and record.note != ATTACHED and _is_beyond(price, trade):
            raise Violation(f"I5 stop {name} works and is not in force after entry {seq}")
    if world.plan.calm:
        for trade in state.open_trades():
            whole = [
                record
                for record in state.working_orders(trade.symbol, OrderRole.PROTECTIVE_STOP)
                if not record.cancel_ns
                and record.state is not OrderState.UNKNOWN  # as after a sleep of the machine
                and record.remaining >= trade.open_quantity
            ]
            if len(whole) > 1:
                raise Violation(f"I5 {len(whole)} stops cover {trade.trade_id} after entry {seq}")


def _is_beyond(price: Decimal, trade: Trade) -> bool:
    """Whether a stop there is tighter than the one in force."""
    return (price - trade.stop) * trade.side.sign > ZERO


def _what_failed_was_told(world: World, record: Record) -> None:
    """In a life that was not cut short, an order whose answer did not come is lost on the record, and every
    cancel on the record was sent."""
    if world.plan.kills:
        return
    lost = {event.client_id for event in record.events if isinstance(event, ev.OrderLost)}
    if silent := sorted(world.sent.failed - lost):
        raise Violation(f"I3 nothing is told of what failed: {silent}")
    asked = {event.client_id for event in record.events if isinstance(event, ev.CancelAsked)}
    if unsent := sorted(asked - world.sent.cancels):
        raise Violation(f"I3 cancels on record and not sent: {unsent}")


def _what_was_told_is_booked(world: World, record: Record) -> None:
    """In a life that was not cut short, a fill that was told is booked, and noted each further time."""
    if world.plan.kills:
        return
    noted = Counter(e.fill.venue_fill_id for e in record.events if isinstance(e, ev.FillBooked))
    noted.update(e.venue_fill_id for e in record.events if isinstance(e, ev.FillRepeated))
    if missed := world.sent.told_fills - noted:
        raise Violation(f"I1 fills were told and are not noted: {sorted(missed)}")


def _venue_said_so(world: World, seq: int, event: ev.DiscrepancyFound) -> None:
    """A difference in what is held is one that the venue told of, in one of its last answers."""
    before = [(written, held) for written, held in world.sent.holdings if written < seq]
    # While the journal is away many answers come at one entry.
    late = [held for written, held in before if written == before[-1][0]]
    lately = [*late, *(held for _, held in before[-_LAST_ANSWERS:])]
    if event.quantity not in {held.get(event.symbol, ZERO) for held in lately}:
        raise Violation(f"I1 entry {seq}: {event.theirs} {event.symbol} was not told by the venue")


def _last_news(record: Record) -> int:
    """The last entry that says something of an order or a fill."""
    pairs = zip(record.entries, record.events, strict=True)
    return max((entry.seq for entry, event in pairs if isinstance(event, _ORDER_NEWS)), default=0)


def _nothing_forgotten(world: World, record: Record, state: State) -> None:
    """I1 and I6: what stands at the venue in the end, and the money there, is what the record says. Only with
    trouble on the line, or of a venue that fell silent, may it say instead that it differs."""
    wire = world.wire
    assert wire is not None
    machine = wire.venue._machine
    account = machine.executions.account
    held = {symbol: position.quantity for symbol, position in account.positions.items() if position.quantity}
    known = {symbol: position.quantity for symbol, position in state.positions.items() if position.quantity}
    resting = {order.request.client_id for order in machine.book.all_open()}
    strange = {
        name
        for name, order in machine.book.by_id.items()
        if name.startswith(STRANGER) and order.state is not OrderState.REJECTED
    }
    if gone := sorted(strange - resting):
        raise Violation(f"somebody else's orders were cancelled: {gone}")
    told = {f"foreign-{name}" for name in strange}
    if not state.venue_silent_ns and (untold := sorted(told - set(state.discrepancies))):
        raise Violation(f"I1 nobody was told of somebody else's orders: {untold}")
    resting -= strange
    # A difference stands until all of the books are read again; one that was found at the very end could not
    # be asked about any more.
    ended_ns = record.entries[-1].at
    just_found = {name for name, known in state.discrepancies.items() if known.found_ns == ended_ns}
    without_cause = sorted(set(state.discrepancies) - told - just_found)
    read_since = world.sent.read_whole >= _last_news(record)
    working = {record.request.client_id for record in state.working_orders()}
    wallet = account.view(machine.executions.instruments, machine.marks).wallet_balance
    found = []
    if held != known:
        found.append(f"I1 the venue holds {held}, the record {known}")
    silent = bool(state.venue_silent_ns)
    # Of a stop that came to life with its entry and was told to nobody only the venue can tell.
    untold_stops = {each.request.attached_stop_id for each in state.orders.values()} if silent else set()
    if orphans := resting - working - untold_stops:
        found.append(f"I1 orphans at the venue: {sorted(orphans)}")
    settled = {
        name
        for name in working
        # Of one whose cancel is not confirmed the record does not say that it rests.
        if state.orders[name].state in RESTING_STATES and not state.orders[name].cancel_ns
    }
    if settled - resting and world.plan.provable:
        found.append(f"I1 gone at the venue: {sorted(settled - resting)}")
    if wallet != state.wallet:
        found.append(f"I6 the venue's wallet is {wallet}, the record's {state.wallet}")
    if without_cause and world.plan.provable and read_since:
        found.append(f"I1 differences without a cause: {without_cause}")
    if found and not (without_cause and (silent or not world.plan.provable)):
        raise Violation("; ".join(found))

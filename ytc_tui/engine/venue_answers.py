"""The port's edge: what a venue says, checked before anything is decided on it.

Decides which answers can be trusted (safety.md 2.2, points 4 and 5), and what it means that there is none.
Imports inputs, errors and the model.
Invariants: an answer about another order, or with a number that cannot be, is no answer: the order's fate is
unknown; only a refusal for a listed cause ends an order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from decimal import Decimal

from ytc_tui.engine import inputs as inp
from ytc_tui.engine.asking import GivenUp
from ytc_tui.errors import VenueError, VenueRefused, VenueRetryable
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import (
    PROVEN_REJECTS,
    Acked,
    Fill,
    Funding,
    Liquidated,
    OrderRequest,
    RejectCode,
    Rejected,
    VenueAccount,
    VenueOrder,
    VenuePosition,
    VenueReport,
    content_difference,
)

_NONSENSE = "the venue answered nonsense"


def answer_to_submit(
    order: OrderRequest, reports: Sequence[VenueReport], again: bool = False
) -> list[inp.Input]:
    """What the answer to a create means; no report at all says nothing yet. That one sent `again` came too
    late says nothing of the time before."""
    problem = _first(map(report_problem, reports)) or _echo_problem(order, reports)
    if problem:
        return [inp.VenueFailed(order.client_id, False, False, f"{_NONSENSE}: {problem}")]
    proven = PROVEN_REJECTS - {RejectCode.EXPIRED_REQUEST} if again else PROVEN_REJECTS
    return [_heard(report, proven) for report in reports]


def answer_to_cancel(client_id: str, reports: Sequence[VenueReport]) -> list[inp.Input]:
    """What the answer to a cancel means."""
    problem = _first(map(report_problem, reports))
    if not problem and reports and all(_about(report) != client_id for report in reports):
        problem = f"about {_about(reports[0]) or 'no order'}, asked of {client_id}"
    if problem:
        return [inp.VenueFailed(client_id, True, False, f"{_NONSENSE}: {problem}")]
    return [_heard(report) for report in reports]


def kept(order: OrderRequest, again: bool, why: str) -> inp.Input:
    """`order` does not leave: proof that the venue does not have it, unless it may have left before."""
    return inp.VenueFailed(order.client_id, False, not again, f"not sent: {why}", heard=None)


def failed(
    client_id: str, error: VenueError | TimeoutError, cancel: bool = False, again: bool = False
) -> inp.Input:
    """What a request that failed so means; what was given up had too little time to count as silence."""
    answered = isinstance(error, VenueRefused)
    refused = (answered or isinstance(error, VenueRetryable)) and not (cancel or again)
    heard = None if isinstance(error, GivenUp) else answered
    return inp.VenueFailed(client_id, cancel, refused, str(error) or "timed out", heard)


def told(reports: Iterable[VenueReport]) -> list[inp.Input]:
    """What the venue tells by itself; nonsense is said and not believed."""
    heard: list[inp.Input] = []
    for report in reports:
        problem = report_problem(report)
        heard.append(inp.VenueNonsense(f"{_NONSENSE}: {problem}") if problem else _heard(report))
    return heard


def _heard(report: VenueReport, proven: Set[RejectCode] = PROVEN_REJECTS) -> inp.Input:
    if isinstance(report, Rejected) and report.code not in proven:
        return inp.VenueFailed(report.client_id, False, False, f"{report.code}: {report.reason}")
    return inp.VenueReported(report)


def report_problem(report: VenueReport) -> str:
    """Why a report cannot be what a venue means, empty when it can."""
    match report:
        case Fill():
            named = report.venue_fill_id and report.client_id and report.symbol
            above_zero = [report.quantity, report.price]
            if report.reference_price is not None:
                above_zero.append(report.reference_price)
            return _numbers(above_zero=above_zero, finite=(report.fee,)) if named else "a fill without an id"
        case Acked():
            if not (report.client_id and report.venue_order_id):
                return "an order without an id"
            return "" if report.request is None else _request_problem(report.request)
        case Funding():
            return ("" if report.symbol else "funding of no symbol") or _numbers(finite=(report.amount,))
        case Liquidated():
            return "" if report.symbol else "a liquidation of no symbol"
        case _:
            return "" if report.client_id else f"{type(report).__name__} of no order"


def reading_problem(
    positions: Iterable[VenuePosition] = (),
    orders: Iterable[VenueOrder] = (),
    account: VenueAccount | None = None,
    fills: Iterable[Fill] = (),
    is_ours: Callable[[str], bool] = lambda client_id: True,
) -> str:
    """Why what was read cannot be what the venue holds, empty when it can. An order that is not ours spoils
    nothing but itself."""
    problems = [report_problem(fill) for fill in fills]
    problems += [_numbers(finite=(held.quantity, held.cost)) for held in positions]
    for order in orders:
        problem = order_problem(order)
        if problem and is_ours(order.request.client_id):
            problems.append(problem)
    if account is not None:
        problems.append(_numbers(finite=(account.wallet_balance, account.equity, account.margin_used)))
    found = _first(problems)
    return f"{_NONSENSE}: {found}" if found else ""


def order_problem(order: VenueOrder) -> str:
    """Why an order cannot be one that a venue holds, empty when it can."""
    if not (order.filled.is_finite() and order.filled >= ZERO):
        return f"filled {order.filled} of order {order.request.client_id}"
    return _request_problem(order.request)


def _echo_problem(order: OrderRequest, reports: Sequence[VenueReport]) -> str:
    """Whether the answer is about this order, where it says what it is about."""
    if reports and all(_about(report) != order.client_id for report in reports):
        return f"about {_about(reports[0]) or 'no order'}, asked of {order.client_id}"
    asked = (order.symbol, order.side)
    for report in reports:
        if _about(report) != order.client_id:
            continue
        if isinstance(report, Fill) and (report.symbol, report.side) != asked:
            return f"a fill of {report.side} {report.symbol}, asked {order.side} {order.symbol}"
        echo = report.request if isinstance(report, Acked) else None
        if echo is not None and (difference := content_difference(order, echo)):
            return f"{difference[1]}, asked {difference[0]}"
    return ""


def _about(report: VenueReport) -> str:
    return "" if isinstance(report, Funding | Liquidated) else report.client_id


def _request_problem(request: OrderRequest) -> str:
    if not (request.client_id and request.symbol):
        return "an order without an id"
    prices = (request.limit_price, request.stop_price, request.attached_stop_price)
    return _numbers(above_zero=(request.quantity, *(price for price in prices if price is not None)))


def _numbers(*, above_zero: Iterable[Decimal] = (), finite: Iterable[Decimal] = ()) -> str:
    for number in above_zero:
        if not (number.is_finite() and number > ZERO):
            return f"{number} where a number above 0 belongs"
    return _first(f"{number} where a number belongs" for number in finite if not number.is_finite())


def _first(problems: Iterable[str]) -> str:
    return next(filter(None, problems), "")

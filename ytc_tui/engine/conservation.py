"""Conservation at the exit: the entries of a decision together never pass what was approved for it.

Decides at the last point before a venue, on what was really sent and apart from the gate (safety.md 1.1).
Imports the model only. Invariant: it fails closed; an order that it cannot place is not sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRequest, OrderRole, OrderState
from ytc_tui.model.state import OrderRecord


@dataclass(slots=True)
class Conservation:
    """What was sent for each decision, by client id: the same order sent again after a restart is one."""

    _sent: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def restore(self, records: Iterable[OrderRecord]) -> None:
        """Take over what an earlier process sent; an intent without an answer is sent again."""
        for record in records:
            if record.request.role is OrderRole.ENTRY and record.state is not OrderState.INTENT:
                self.note(record.request, record.decision_id)

    def problem(self, order: OrderRequest, decision_id: str, approved: Decimal | None) -> str:
        """Why `order` may not leave, empty when it may. `approved` is the decision's quantity."""
        if order.role is not OrderRole.ENTRY:
            return "" if order.reduce_only else f"a {order.role} order that is not reduce-only"
        if not decision_id or approved is None:
            return "an entry of no approved decision"
        others = self._sent.get(decision_id, {})
        total = order.quantity + sum((q for name, q in others.items() if name != order.client_id), ZERO)
        if total.is_finite() and order.quantity > ZERO and total <= approved:
            return ""
        return f"decision {decision_id} approved {approved}, with this order {total} would be sent"

    def note(self, order: OrderRequest, decision_id: str) -> None:
        """`order` leaves now."""
        if order.role is OrderRole.ENTRY:
            self._sent.setdefault(decision_id, {})[order.client_id] = order.quantity

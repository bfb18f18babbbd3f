"""What the order protocol may rely on at each venue: its ids, the life of its requests, its reads.

Decides the one table of it (safety.md 2.2). Imports the model's units only. Invariants: a venue without a row
is not traded; "not found" ends an order only where requests have an end and orders can be asked for by id.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ytc_tui.model.market import NS_PER_S


@dataclass(frozen=True, slots=True)
class VenueRules:
    """One venue. `request_life_ns`: it refuses a create that arrives later, 0 = it takes one at any time.
    `read_lag_ns`: its reads show everything that is older. `by_client_id`: it can be asked for one order."""

    id_length: int
    id_alphabet: str
    request_life_ns: int
    read_lag_ns: int
    by_client_id: bool

    @property
    def absence_after_ns(self) -> int | None:
        """How long after a create was sent "not found" proves that it never arrives; None = never."""
        if not (self.by_client_id and self.request_life_ns):
            return None
        return self.request_life_ns + self.read_lag_ns

    def id_problem(self, client_id: str) -> str:
        """Why the venue would not take this client id, empty when it does."""
        if not 0 < len(client_id) <= self.id_length:
            return (
                f"client id {client_id!r} has {len(client_id)} characters, 1 to {self.id_length} are allowed"
            )
        odd = sorted(set(client_id) - set(self.id_alphabet))
        return f"client id {client_id!r} holds {odd[0]!r}, which the venue does not take" if odd else ""


VENUE_RULES: Mapping[str, VenueRules] = MappingProxyType(
    {
        "paper": VenueRules(
            id_length=36,
            id_alphabet=string.ascii_letters + string.digits + "-_.",
            request_life_ns=5 * NS_PER_S,
            read_lag_ns=0,
            by_client_id=True,
        ),
    }
)

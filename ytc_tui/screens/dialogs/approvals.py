"""What waits for a person: handoffs and proposals, each with everything that a yes is bound to.

Decides what a card says and which key answers it. Imports the views and the words. Invariants: a yes
carries the content hash of the card that was on the screen; a card that was decided meanwhile cannot be
answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ytc_tui.screens import words
from ytc_tui.screens.link import Link
from ytc_tui.views.ages import countdown_text
from ytc_tui.views.waiting import Card, WaitingView

# (id, content hash of the card that was seen)
Answer = Callable[[str, str], object]


class ApprovalsDialog(ModalScreen[None]):
    """Cards, the waiting ones first; `approve` and `reject` send the answer for the selected card."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back", id="dialog.close"),
        Binding("a", "approve", "Approve", id="approve", tooltip="Approve the selected card"),
        Binding("x", "reject", "Reject", id="reject", tooltip="Reject the selected card"),
        Binding("down,j", "move(1)", "Next", show=False, id="approvals.next"),
        Binding("up", "move(-1)", "Previous", show=False, id="approvals.previous"),
    ]

    def __init__(
        self, link: Link, zone: ZoneInfo, approve: Answer, reject: Answer, why_dead: Callable[[], str]
    ) -> None:
        super().__init__()
        self._link, self._zone, self._why_dead = link, zone, why_dead
        self._approve, self._reject = approve, reject
        self._selected = 0
        self._note = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content("Approvals"), classes="title")
            with VerticalScroll(classes="body"):
                yield Static(id="cards")
            yield Static(id="approvals-hint", classes="hint")

    def on_mount(self) -> None:
        self.show_views()

    @property
    def _cards(self) -> tuple[Card, ...]:
        view = self._link.views.get("waiting")
        return view.cards if isinstance(view, WaitingView) else ()

    def show_views(self) -> None:
        cards = self._cards
        self._selected = max(0, min(self._selected, len(cards) - 1))
        pieces = [
            card_content(card, self._zone, selected=place == self._selected)
            for place, card in enumerate(cards)
        ]
        body = Content("\n\n").join(pieces) if pieces else Content("nothing has been handed over yet")
        self.query_one("#cards", Static).update(body)
        dead = self._why_dead()
        keys = f"cannot answer: {dead}" if dead else "a: approve    x: reject    up, down: select"
        hint = f"{self._note}\n{keys}    escape: back" if self._note else f"{keys}    escape: back"
        self.query_one("#approvals-hint", Static).update(Content(hint))

    def action_move(self, step: int) -> None:
        self._selected += step
        self.show_views()

    def action_approve(self) -> None:
        self._answer(self._approve, "approved")

    def action_reject(self) -> None:
        self._answer(self._reject, "rejected")

    def _answer(self, send: Answer, word: str) -> None:
        cards = self._cards
        dead = self._why_dead()
        if dead or not cards:
            self._note = f"nothing sent: {dead or 'there is no card'}"
        elif not cards[self._selected].waiting:
            self._note = f"nothing sent: {cards[self._selected].card_id} is {cards[self._selected].state}"
        else:
            card = cards[self._selected]
            send(card.card_id, card.content_hash)
            self._note = f"{card.card_id}: {word}, sent; the receipt is below the desk"
        self.show_views()

    def action_close(self) -> None:
        self.dismiss(None)


def card_content(card: Card, zone: ZoneInfo, *, selected: bool) -> Content:
    """One card: what is asked, what is shown for it, and what an answer is bound to."""
    mark = "▶ " if selected else "  "
    head = (f"{mark}{card.card_id}  {card.title}", "bold" if card.waiting else "$text-muted")
    life = "" if card.left_s is None else f", {countdown_text(card.left_s)} left, then it is void"
    asked = f", asked at {words.clock(card.proposed_ns, zone)}"
    decided = f" by {card.decided_by}" if card.decided_by else ""
    reason = f": {card.reason}" if card.reason else ""
    pieces: list[str | tuple[str, str]] = [head, f"\n    {card.state}{decided}{reason}{asked}{life}"]
    pieces += [f"\n    {name}: {value}" for name, value in card.facts]
    pieces.append((f"\n    content {card.content_hash}", "$text-muted"))
    return Content.assemble(*pieces)

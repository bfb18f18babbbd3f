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
from ytc_tui.screens.themes import MUTED
from ytc_tui.views.ages import countdown_text
from ytc_tui.views.waiting import Card, WaitingView

# (id, content hash of the card that was seen)
Answer = Callable[[str, str], object]
# A line that no dialog wraps: the narrowest desk with dialogs has 60 cells.
_LINE_CELLS = 44


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
            card_content(card, self._zone) if place == self._selected else card_line(card)
            for place, card in enumerate(cards)
        ]
        body = Content("\n").join(pieces) if pieces else Content("nothing has been handed over yet")
        self.query_one("#cards", Static).update(body)
        # Cards that are not open are one line each, so the open one begins at its own number.
        self.query_one(".body").scroll_to(y=self._selected, animate=False)
        self.query_one("#approvals-hint", Static).update(Content("\n".join(self._hints(cards))))

    def _hints(self, cards: tuple[Card, ...]) -> list[str]:
        dead = self._why_dead()
        if dead:
            keys = [f"cannot answer: {dead}"]
        elif cards and cards[self._selected].waiting:
            keys = ["a: approve", "x: reject"]
        else:
            keys = []
        if len(cards) > 1:
            keys.append("up, down: select")
        return [*([self._note] if self._note else []), "    ".join([*keys, "escape: back"])]

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


def card_line(card: Card) -> Content:
    """A card that is not open, in one line."""
    text = f"  {card.card_id}  {card.title}  {card.state}"
    return Content.styled(text, "" if card.waiting else MUTED).truncate(_LINE_CELLS, ellipsis=True)


def card_content(card: Card, zone: ZoneInfo) -> Content:
    """The open card: what is asked, what is shown for it, and what an answer is bound to."""
    life = "" if card.left_s is None else f", {countdown_text(card.left_s)} left, then it is void"
    decided = f" by {card.decided_by}" if card.decided_by else ""
    reason = f": {card.reason}" if card.reason else ""
    state = f"{card.state}{decided}{reason}, asked at {words.clock(card.proposed_ns, zone)}{life}"
    pieces: list[str | tuple[str, str]] = [
        (f"▶ {card.card_id}  {card.title}", "bold"),
        (f"\n    {state}", "$text-warning" if card.waiting else MUTED),
    ]
    name_cells = max((len(name) for name, _ in card.facts), default=0)
    for name, value in card.facts:
        pieces += [(f"\n    {name:<{name_cells}}  ", MUTED), value]
    pieces.append((f"\n    {'content':<{name_cells}}  {card.content_hash}", MUTED))
    return Content.assemble(*pieces)

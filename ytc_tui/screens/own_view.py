"""The operator's own view from the desk: a level, the bias of the day, a note.

Decides what is asked before such a command. Imports the dialogs and the commands. Invariants: what is typed
is read or refused at once; every dialog says what the answer does, and that it never makes a trade.
"""

from __future__ import annotations

from textual import work
from textual.content import Content

from ytc_tui.model.commands import Verb
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.own import AddLevel, Bias, SetBias, WriteNote
from ytc_tui.model.own_text import read_level, read_note
from ytc_tui.screens import words
from ytc_tui.screens.desk import DeskScreen
from ytc_tui.screens.dialogs.asking import ChoiceDialog, Option, TextDialog
from ytc_tui.screens.dialogs.form import Field, FormDialog
from ytc_tui.screens.operating import OperatedApp
from ytc_tui.views.exposure import ExposureView
from ytc_tui.views.own import OwnView
from ytc_tui.views.watchlist import WatchlistView

_BIASES = {"l": Bias.LONG_ONLY, "s": Bias.SHORT_ONLY, "n": Bias.NO_TRADES, "x": Bias.NONE}


class OwnSaying(OperatedApp):
    """The actions on levels, bias and notes."""

    @work(group="asking")
    async def action_add_level(self) -> None:
        top = self.link.top
        if top is None:
            return
        below = self.engine_screen
        price = below.level_price if isinstance(below, DeskScreen) else ""
        asked = await self.push_screen_wait(level_dialog(top.symbols, self._symbol(top.symbols), price))
        if asked is not None:
            symbol, level = asked
            self.send(self.command(Verb.LEVEL, target=symbol, action=self._cleaned(level)))

    @work(group="asking")
    async def action_set_bias(self) -> None:
        top = self.link.top
        if top is None:
            return
        symbol = self._symbol(top.symbols)
        key = await self.push_screen_wait(bias_dialog(symbol, self._own()))
        if key is None:
            return
        bias, why = _BIASES[key], ""
        if bias is not Bias.NONE:
            body = Content("It is kept in the journal, and shown with every entry that it refuses.")
            dialog = TextDialog(f"{symbol} {bias}: why?", body, lambda text: "", hint="may be empty")
            typed = await self.push_screen_wait(dialog)
            if typed is None:
                return
            why = self.desk.safe(typed)
        self.send(self.command(Verb.BIAS, why, target=symbol, action=SetBias(bias)))

    @work(group="asking")
    async def action_switch_symbol(self) -> None:
        top, watchlist = self.link.top, self.link.view("watchlist", WatchlistView)
        below = self.engine_screen
        if top is None or watchlist is None or below is None or "watchlist" not in below.VIEWS:
            self.say("enable or disable: choose a symbol in the Watchlist")
            return
        symbol = self._symbol(top.symbols)
        disabled = any(row.disabled for row in watchlist.rows if row.symbol == symbol)
        bias = Bias.NONE if disabled else Bias.NO_TRADES
        asked = switch_dialog(symbol, disabled, self._own(), self.link.view("exposure", ExposureView))
        if await self.push_screen_wait(asked):
            word = "enabled" if disabled else "disabled"
            self.send(
                self.command(Verb.BIAS, f"{word} in the watchlist", target=symbol, action=SetBias(bias))
            )

    @work(group="asking")
    async def action_note(self) -> None:
        view = self._own()
        if view is None:
            self.say("note: no session yet")
            return
        trade = self._trade()
        note = await self.push_screen_wait(note_dialog(trade, view.mistake_codes))
        if note is not None:
            cleaned = WriteNote(self.desk.safe(note.text), note.tags, note.mistakes)
            self.send(self.command(Verb.NOTE, target=trade, action=cleaned))

    def _cleaned(self, level: AddLevel) -> AddLevel:
        label = self.desk.safe(level.label)
        return AddLevel(level.low, level.high, level.role, label, level.until_ns, level.alert)

    def _symbol(self, symbols: tuple[str, ...]) -> str:
        """The symbol of the selected row, else the one on the chart, else the first one."""
        below = self.engine_screen
        chosen = below.symbol() if below is not None else ""
        return chosen or (self.chart[0] if self.chart is not None else symbols[0])

    def _own(self) -> OwnView | None:
        view = self.link.views.get("own")
        return view if isinstance(view, OwnView) else None

    def _trade(self) -> str:
        """The selected trade, empty where a note is about this moment."""
        key = self.selected("positions-table")
        return key if key is not None and key not in self._symbols() else ""

    def _symbols(self) -> tuple[str, ...]:
        return self.link.top.symbols if self.link.top is not None else ()


def level_dialog(symbols: tuple[str, ...], symbol: str, price: str = "") -> FormDialog[tuple[str, AddLevel]]:
    """Asks for a level, at `price` where one is offered; (symbol, level)."""

    def read(texts: dict[str, str]) -> tuple[str, AddLevel]:
        wanted = texts["symbol"].upper()
        if wanted not in symbols:
            raise ValueError(f"symbol {wanted!r} is not traded here: {', '.join(symbols)}")
        return wanted, read_level(texts["price"], texts["kind"], texts["label"], texts["alert"])

    fields = (
        Field("symbol", "symbol", symbol),
        Field("price", "price, or a band like 1480..1484.5", price),
        Field("kind", "support or resistance (empty: by the side of the price)"),
        Field("label", "what you call it (may be empty)"),
        Field("alert", "touch or close: tell me once (empty: no alert)"),
    )
    effect = "From the next minute on it is a zone like those found; it makes no trade by itself."
    return FormDialog("Level of your own", fields, read, effect=effect, focus="label" if price else "price")


def bias_dialog(symbol: str, own: OwnView | None) -> ChoiceDialog:
    """Asks for the bias on `symbol`, by key of `_BIASES`."""
    stands = next((held.words for held in own.biases if held.symbol == symbol), "none") if own else "unknown"
    body = f"now: {stands}\nIt lasts until the local day ends. It refuses entries and never makes one."
    options = [
        Option("l", "long only: no new shorts, working short entries are canceled"),
        Option("s", "short only: no new longs, working long entries are canceled"),
        Option("n", "no trades: nothing new, working entries are canceled"),
        Option("x", "lift the bias: the rules alone decide again"),
    ]
    return ChoiceDialog(f"Bias on {symbol}", Content(body), options)


def switch_dialog(
    symbol: str, disabled: bool, own: OwnView | None, exposure: ExposureView | None
) -> ChoiceDialog:
    """Asks whether `symbol` is enabled or disabled, with what that does to it now."""
    if disabled:
        body = "The rules alone decide again whether it is entered."
        return ChoiceDialog(f"Enable {symbol}", Content(body), [Option("y", f"enable {symbol}")])
    lines = ["Nothing is entered in it until the local day ends; it is watched on."]
    if exposure is None:
        lines.append("what works or is open in it is not known")
    else:
        entries = [o for o in exposure.orders if o.symbol == symbol and o.role is OrderRole.ENTRY]
        held = [position for position in exposure.positions if position.symbol == symbol]
        lines.append(f"working entries that are canceled: {len(entries)}")
        lines += [
            f"  {order.client_id}: {words.quantity(order.quantity - order.filled)}" for order in entries
        ]
        lines += [f"the open {words.quantity(abs(p.quantity))} keeps its stop and its targets" for p in held]
    stands = [held.words for held in own.biases if held.symbol == symbol] if own is not None else []
    lines += [f"this bias is replaced: {text}" for text in stands]
    return ChoiceDialog(f"Disable {symbol}", Content("\n".join(lines)), [Option("y", f"disable {symbol}")])


def note_dialog(trade: str, codes: tuple[str, ...]) -> FormDialog[WriteNote]:
    """Asks for a note on `trade`, on this moment where that is empty."""

    def read(texts: dict[str, str]) -> WriteNote:
        return read_note(texts["text"], texts["tags"].split(), texts["mistakes"].split(), codes)

    fields = (
        Field("text", "what you want to remember", length=1000),
        Field("tags", "tags, with blanks between (may be empty)", length=200),
        Field("mistakes", "mistake codes, with blanks between (may be empty)", length=200),
    )
    effect = f"Mistake codes: {', '.join(codes)}"
    return FormDialog(f"Note on {trade or 'this moment'}", fields, read, effect=effect, focus="text")

"""The operator's own view on the command line: levels, bias, notes.

Decides how their arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ytc_tui.commands.app_operator import AsJson, Reason, Session, show

if TYPE_CHECKING:
    from ytc_tui.commands.own import Place

levels_app = typer.Typer(help="Your own levels: zones of the market structure, alerts.")

Later = Annotated[bool, typer.Option("--later", help="For later sessions only; tell no running one.")]
Alert = Annotated[
    str, typer.Option("--alert", help="Tell me once: touch, or close (a minute closes beyond). Default none.")
]
LevelId = Annotated[str, typer.Argument(metavar="LEVEL", help="As `ytc levels` names it: BTCUSDT@20150.")]
# A price below zero is refused as a price, not taken for an option.
_ANY_NUMBER = {"ignore_unknown_options": True}


def _place(session: str, later: bool = False) -> Place:
    from ytc_tui.commands.own import Place
    from ytc_tui.commands.places import paper_paths

    return Place(paper_paths(), session, later)


@levels_app.callback(invoke_without_command=True)
def levels(
    context: typer.Context, session: Session = "", later: Later = False, as_json: AsJson = False
) -> None:
    """Your levels in the running session; those kept for later ones when none runs."""
    if context.invoked_subcommand is None:
        from ytc_tui.commands import own

        show(own.list_levels(_place(session, later)), as_json)


@levels_app.command("add", context_settings=_ANY_NUMBER)
def add(
    symbol: str,
    price: Annotated[str, typer.Argument(metavar="PRICE|LOW..HIGH")],
    kind: Annotated[
        str, typer.Option("--kind", help="support or resistance; default by the side of the price.")
    ] = "",
    label: Annotated[str, typer.Option("--label", help="What you call it.")] = "",
    alert: Alert = "",
    until: Annotated[str, typer.Option("--until", help="Feed time at which it ends; default never.")] = "",
    later: Later = False,
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """A level from the next minute on, and for later sessions until it is removed."""
    from ytc_tui.commands import own
    from ytc_tui.commands.instants import parse_instant
    from ytc_tui.commands.typed import typed
    from ytc_tui.model.own_text import read_level

    until_ns = parse_instant(until, "--until") if until else 0
    level = typed(lambda: read_level(price, kind, label, alert, until_ns), "levels add")
    show(own.add_level(_place(session, later), symbol, level, reason), as_json)


@levels_app.command("remove")
def remove(level: LevelId, session: Session = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Take a level away, from the next minute on and for later sessions."""
    from ytc_tui.commands import own

    show(own.remove_level(_place(session), level, reason), as_json)


@levels_app.command("arm")
def arm(
    level: LevelId,
    alert: Annotated[str, typer.Argument(metavar="touch|close|none")],
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Arm a level's alert anew, or switch it off."""
    from ytc_tui.commands import own
    from ytc_tui.commands.typed import typed
    from ytc_tui.model.own_text import read_alert

    wanted = typed(lambda: read_alert(alert), "levels arm")
    show(own.arm_level(_place(session), level, wanted, reason), as_json)


def bias(
    symbol: Annotated[str, typer.Argument(help="Without one: what stands.")] = "",
    wanted: Annotated[str, typer.Argument(metavar="none|long_only|short_only|no_trades")] = "",
    later: Later = False,
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Refuse longs, shorts or both on a symbol until the local day ends; none lifts it.

    Without a running session it is kept for the next one.
    """
    from ytc_tui.commands import own
    from ytc_tui.commands.typed import typed
    from ytc_tui.model.own_text import read_bias

    place = _place(session, later)
    if symbol:
        show(own.set_bias(place, symbol, typed(lambda: read_bias(wanted), "bias"), reason), as_json)
    else:
        show(own.list_biases(place), as_json)


def note(
    text: Annotated[str, typer.Argument(help="What you want to remember.")] = "",
    trade: Annotated[str, typer.Option("--trade", help="About a trade, T0001.")] = "",
    at: Annotated[str, typer.Option("--at", help="About a moment; default now, or the session's end.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A word to group by. Repeatable.")] = None,
    mistake: Annotated[
        list[str] | None, typer.Option("--mistake", help="A code of notes.mistake_codes. Repeatable.")
    ] = None,
    session: Annotated[
        str,
        typer.Option("--session", help="Running or past; default the one that runs, else the last."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """A note on a trade or a moment: journalled while the session runs, kept beside its record afterwards."""
    from ytc_tui.commands import own
    from ytc_tui.commands.typed import typed
    from ytc_tui.config import load_settings
    from ytc_tui.errors import UsageInvalid
    from ytc_tui.model.own_text import read_note

    if trade and at:
        raise UsageInvalid("a note is about a trade or about a moment", where="--trade, --at", fix="give one")
    codes = load_settings().settings.notes.mistake_codes
    written = typed(lambda: read_note(text, tag or (), mistake or (), codes), "note")
    show(own.write_note(_place(session), trade, at, written), as_json)


def register_own(app: typer.Typer) -> None:
    """Add these commands to `app`, in the order of its help."""
    app.add_typer(levels_app, name="levels")
    app.command()(bias)
    app.command()(note)

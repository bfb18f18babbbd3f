"""The command line: names, flags and help. Each command imports what it needs when it runs.

Decides how arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ytc_tui.commands.app_audit import Session, register_audit
from ytc_tui.commands.app_data import data_app
from ytc_tui.commands.app_guard import register_guard
from ytc_tui.commands.app_hand import register_hand
from ytc_tui.commands.app_host import register_host
from ytc_tui.commands.app_operator import AsJson, register_operator, show
from ytc_tui.commands.app_own import register_own
from ytc_tui.commands.app_pin import pin_app
from ytc_tui.commands.app_playback import register_playback
from ytc_tui.commands.app_reconcile import register_reconcile
from ytc_tui.commands.app_serve import register_serve

app = typer.Typer(
    name="ytc",
    help="Supervise an intraday trading session run by agents. Paper by default.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
config_app = typer.Typer(
    help="Settings: what they are, where they come from, what they mean.", no_args_is_help=True
)
app.add_typer(config_app, name="config")
app.add_typer(data_app, name="data")
app.add_typer(pin_app, name="pin")

ConfigFile = Annotated[Path | None, typer.Option("--config", help="Settings file; default ./config.toml.")]
Assignments = Annotated[list[str] | None, typer.Option("--set", help="A setting, as key=value. Repeatable.")]
Plain = Annotated[bool, typer.Option("--plain", help="No screen: a readable line per event.")]
Link = Annotated[str, typer.Option("--link", help="The line to this terminal: local, ssh or slow.")]


@app.command()
def run(
    headless: Annotated[bool, typer.Option("--headless", help="No screen: one line per event.")] = False,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", help="[SYMBOL=]PATH, Parquet or CSV of one-minute bars. Repeatable."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The bundled days, shortly before a trade.")] = False,
    symbols: Annotated[str, typer.Option("--symbols", help="Trade only these, comma separated.")] = "",
    start: Annotated[str, typer.Option("--from", help="First instant, e.g. 2022-11-08T12:00Z.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last instant.")] = "",
    speed: Annotated[str, typer.Option("--speed", help="Feed seconds a real second, or max.")] = "",
    mode: Annotated[
        str, typer.Option("--mode", help="paper; other modes are refused until they exist.")
    ] = "",
    label: Annotated[str, typer.Option("--label", help="Names this run, so that it is recorded anew.")] = "",
    config: ConfigFile = None,
    assignments: Assignments = None,
    exit_when_done: Annotated[
        bool, typer.Option("--exit-when-done", help="End the process with the last session.")
    ] = False,
    as_json: AsJson = False,
    link: Link = "",
    plain: Plain = False,
    in_process: Annotated[
        bool, typer.Option("--in-process", help="The engine in the desk's own process; it ends with it.")
    ] = False,
    for_desk: Annotated[bool, typer.Option("--for-desk", hidden=True)] = False,
) -> None:
    """Start a session and open the desk, or take up a session that was interrupted."""
    from ytc_tui.commands.starting import Flags, start_run

    flags = Flags(
        headless=headless,
        in_process=in_process,
        data=tuple(data or ()),
        demo=demo,
        symbols=symbols,
        start=start,
        end=end,
        speed=speed,
        mode=mode,
        label=label,
        config=config,
        assignments=(*(assignments or ()), *([f"ui.link={link}"] if link else [])),
        exit_when_done=exit_when_done,
        as_json=as_json,
        plain=plain,
        for_desk=for_desk,
    )
    raise typer.Exit(start_run(flags))


@app.command()
def compare(
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help='A set: "key=value;key=value", a TOML file, or base. Two or more.'),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", help="[SYMBOL=]PATH, Parquet or CSV of one-minute bars. Repeatable."),
    ] = None,
    start: Annotated[str, typer.Option("--from", help="First instant, e.g. 2022-11-01.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last instant.")] = "",
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """The same days once with each set of settings, side by side. Nothing is recommended or applied."""
    from ytc_tui.commands import compare as command
    from ytc_tui.commands.instants import parse_instant

    from_ns = parse_instant(start, "--from") if start else None
    to_ns = parse_instant(end, "--to") if end else None
    show(command.compare(sets or (), config, command.request_of(data or (), from_ns, to_ns)), as_json)


@config_app.command("show")
def config_show(config: ConfigFile = None, assignments: Assignments = None, as_json: AsJson = False) -> None:
    """Every setting with its value and where it came from."""
    from ytc_tui.commands import config as command
    from ytc_tui.config import assignments as parsed

    show(command.show(config, parsed(assignments or ())), as_json)


@config_app.command("check")
def config_check(config: ConfigFile = None, assignments: Assignments = None, as_json: AsJson = False) -> None:
    """Whether the settings can be used; every problem with its place."""
    from ytc_tui.commands import config as command
    from ytc_tui.config import assignments as parsed

    show(command.check(config, parsed(assignments or ())), as_json)


@config_app.command("explain")
def config_explain(
    key: str, config: ConfigFile = None, assignments: Assignments = None, as_json: AsJson = False
) -> None:
    """One setting: value, origin, meaning, range, environment name."""
    from ytc_tui.commands import config as command
    from ytc_tui.config import assignments as parsed

    show(command.explain(key, config, parsed(assignments or ())), as_json)


register_operator(app)
register_hand(app)
register_own(app)
register_reconcile(app)
register_serve(app)
register_audit(app)
register_host(app)
register_guard(app)
register_playback(app)


@app.command()
def attach(
    run_name: Annotated[
        str, typer.Argument(metavar="[RUN]", help="Run or session id, or its beginning.")
    ] = "",
    session: Session = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Look, and send nothing.")] = False,
    link: Link = "",
    plain: Plain = False,
    in_browser: Annotated[bool, typer.Option("--in-browser", hidden=True)] = False,
) -> None:
    """Open the desk on a running engine; from any number of terminals. With several, one is asked for."""
    if run_name and session and run_name != session:
        raise typer.BadParameter("is given twice", param_hint="--session")
    wanted = run_name or session
    if plain:
        from ytc_tui.commands.plain import attach_plainly

        raise typer.Exit(attach_plainly(wanted, typer.echo))
    from ytc_tui.commands.curtain import curtain

    with curtain(" ytc: attaching") if not in_browser else nullcontext():
        from ytc_tui.commands.desk import attach as open_attached

        code = open_attached(wanted, read_only=read_only, link=link, in_browser=in_browser)
    raise typer.Exit(code)


@app.command()
def sessions(as_json: AsJson = False) -> None:
    """Past and running sessions."""
    from ytc_tui.adapters.terminal_text import safe_line
    from ytc_tui.commands import sessions as command
    from ytc_tui.commands.places import paper_paths

    show(command.sessions([paper_paths().database], safe=safe_line), as_json)


@app.command()
def report(
    session: Annotated[str, typer.Argument(help="Session id, its beginning, or last.")] = "last",
    form: Annotated[str, typer.Option("--format", help="terminal, markdown, html or json.")] = "terminal",
    structure: Annotated[
        bool, typer.Option("--structure", help="Market structure alone: levels, swings, sequences.")
    ] = False,
    last: Annotated[int, typer.Option("--last", help="With --structure: so many sessions.")] = 1,
    as_json: AsJson = False,
) -> None:
    """The report of one session, or the market structure of several."""
    from ytc_tui.adapters.terminal_text import safe_line
    from ytc_tui.commands import report as command
    from ytc_tui.commands.places import paper_paths
    from ytc_tui.commands.report_structure import report_structure

    forms = {each.value: each for each in command.ReportForm} | {"json": command.ReportForm.TERMINAL}
    if form not in forms:
        raise typer.BadParameter("is terminal, markdown, html or json", param_hint="--format")
    if last != 1 and not structure:
        raise typer.BadParameter("goes with --structure", param_hint="--last")
    make = partial(report_structure, last=last) if structure else command.report
    database, colour = paper_paths().database, sys.stdout.isatty()
    answer = make(database, session, safe=safe_line, form=forms[form], colour=colour)
    show(answer, as_json or form == "json")


@app.command()
def export(
    table: Annotated[str, typer.Argument(help="trades, fills, ledger, notes or tradelog.")],
    session: Annotated[str, typer.Argument(help="Session id, its beginning, or last.")] = "last",
    form: Annotated[str, typer.Option("--format", help="csv or json; a tradelog is JSON lines.")] = "",
    as_json: AsJson = False,
) -> None:
    """Trades, fills, ledger, notes or the trade log of one session for other programs, on standard output."""
    from ytc_tui.adapters.terminal_text import safe_line
    from ytc_tui.commands import export as command
    from ytc_tui.commands.places import paper_paths
    from ytc_tui.views.export import Table

    if table not in (*Table, "tradelog"):
        raise typer.BadParameter("is trades, fills, ledger, notes or tradelog", param_hint="TABLE")
    if form not in ("", "csv", "json") or (table == "tradelog" and form):
        raise typer.BadParameter("is csv or json; a tradelog has one form", param_hint="--format")
    wants_json = as_json or form == "json"
    database = paper_paths().database
    if table == "tradelog":
        show(command.export_trade_log(database, session), False)
        return
    show(command.export(database, Table(table), session, safe=safe_line, as_json=wants_json), False)


@app.command()
def explain(
    target: Annotated[str, typer.Argument(help="Order id, T0001, D0001, P0001, setup id, agent, or a time.")],
    session: Session = "",
    as_json: AsJson = False,
) -> None:
    """Why, or why not: the chain of gates behind an order, a trade, an agent, or a moment without a trade."""
    from ytc_tui.adapters.terminal_text import safe_line
    from ytc_tui.commands import explain as command
    from ytc_tui.commands.operate import agent_now
    from ytc_tui.commands.places import paper_paths

    paths = paper_paths()
    ask = partial(agent_now, paths)
    answer = command.explain(paths.database, target, safe=safe_line, session=session or None, ask_agent=ask)
    show(answer, as_json)


@app.command()
def logs(
    session: Session = "",
    level: Annotated[
        str, typer.Option("--level", help="Least level: DEBUG, INFO, WARNING, ERROR, CRITICAL.")
    ] = "",
    since: Annotated[str, typer.Option("--since", help="Not before this UTC instant.")] = "",
    lines: Annotated[int, typer.Option("--lines", help="At most so many, the last ones.")] = 200,
    as_json: AsJson = False,
) -> None:
    """The application log of a session, by default the one written last."""
    from ytc_tui.commands import logs as command
    from ytc_tui.commands.places import paper_paths

    show(command.logs(paper_paths().log_dir, session, level=level, since=since, lines=lines), as_json)

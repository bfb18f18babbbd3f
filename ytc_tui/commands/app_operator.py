"""The operator's part of the command line: status, verbs, handoffs, agents.

Decides how its arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

import sys
from typing import Annotated, Protocol

import typer

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]


class Answered(Protocol):
    """What a command's function gives back."""

    @property
    def text(self) -> str: ...

    @property
    def data(self) -> object: ...

    @property
    def exit_code(self) -> int: ...

    @property
    def painted(self) -> bool: ...


def show(answer: Answered, as_json: bool) -> None:
    """Print an answer, without secrets and without what steers a terminal, and leave with its exit code."""
    from ytc_tui.adapters.secrets import REDACTOR
    from ytc_tui.adapters.terminal_text import safe
    from ytc_tui.views.sanitised import sanitised

    if as_json:
        import json

        data = sanitised(answer.data, REDACTOR.values) if REDACTOR.knows_any else answer.data
        text = json.dumps(data, sort_keys=True, default=str)
        # The one control character that JSON leaves as it is.
        sys.stdout.write(text.replace("\x7f", "\\u007f") + "\n")
    else:
        text = REDACTOR.values(answer.text).rstrip("\n")
        sys.stdout.write((text if answer.painted else safe(text, len(text))) + "\n")
    if answer.exit_code:
        raise typer.Exit(answer.exit_code)


Session = Annotated[str, typer.Option("--session", help="Session or run id, or its beginning.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the journal.")]


def status(
    component: Annotated[
        str, typer.Option("--component", help="One component, e.g. venue or agent.setup_scanner.")
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", help="Stay, as two lines under the prompt.")] = False,
    session: Session = "",
    as_json: AsJson = False,
) -> None:
    """The running session: phase, gate, P&L, positions, alerts, health."""
    if watch:
        from ytc_tui.commands.desk import strip

        strip(session)
        return
    from ytc_tui.commands import operate
    from ytc_tui.commands.places import paper_paths

    show(operate.status(paper_paths(), session, component or None), as_json)


def _verb(
    verb: str, session: str, reason: str, as_json: bool, target: str = "", content_hash: str = ""
) -> None:
    from ytc_tui.commands import operate
    from ytc_tui.commands.pin import typed_pin
    from ytc_tui.commands.places import command_of, paper_paths

    command = command_of(verb, reason, target, content_hash)
    show(operate.send(paper_paths(), session, command, typed_pin), as_json)


def pause(session: Session = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Stop scanning and entries; stops and open trades are managed on."""
    _verb("pause", session, reason, as_json)


def resume(session: Session = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Go on. After a flatten a reason is needed; never after an emergency stop."""
    _verb("resume", session, reason, as_json)


def stop_entries(session: Session = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """No new trades; setups are still shown, and refused."""
    _verb("stop-entries", session, reason, as_json)


def flatten(
    session: Session = "",
    reason: Reason = "",
    everywhere: Annotated[bool, typer.Option("--all", help="Every running engine.")] = False,
    timeout_s: Annotated[float, typer.Option("--timeout", help="Seconds to wait for the proof.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Latch entries, cancel, close everything, and wait until the venue confirms that it is flat."""
    from ytc_tui.commands import operate
    from ytc_tui.commands.places import command_of, paper_paths

    command = command_of("flatten", reason)
    answer = operate.flatten(paper_paths(), session, command, everywhere=everywhere, timeout_s=timeout_s)
    show(answer, as_json)


def shutdown(
    session: Session = "",
    reason: Reason = "",
    when_flat: Annotated[
        bool, typer.Option("--when-flat", help="Close nothing; no new entries, and end once nothing is open.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """End the session: close what is open, report, and stop."""
    from ytc_tui.model.commands import WHEN_FLAT

    _verb("shutdown", session, reason, as_json, WHEN_FLAT if when_flat else "")


def handoffs(session: Session = "", as_json: AsJson = False) -> None:
    """Handoffs between phases and proposals of single trades, the waiting ones first."""
    from ytc_tui.commands import operate
    from ytc_tui.commands.places import paper_paths

    show(operate.handoffs(paper_paths(), session), as_json)


def approve(
    waiting: Annotated[str, typer.Argument(metavar="ID", help="A handoff H001 or a proposal P0001.")],
    content: Annotated[str, typer.Option("--content", help="The content hash that you saw.")] = "",
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Approve a waiting handoff, or a proposed trade: the gate is asked once more, then it is entered."""
    _verb("approve", session, reason, as_json, waiting, content)


def reject(
    waiting: Annotated[str, typer.Argument(metavar="ID", help="A handoff H001 or a proposal P0001.")],
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Reject a waiting handoff (the session pauses), or a proposed trade (it is not entered)."""
    _verb("reject", session, reason, as_json, waiting)


def ack(alert: str, session: Session = "", as_json: AsJson = False) -> None:
    """Acknowledge an alert."""
    _verb("ack", session, "", as_json, alert)


def agents(session: Session = "", as_json: AsJson = False) -> None:
    """Agents of the running session: state, runs, failures, and why idle."""
    from ytc_tui.commands import operate
    from ytc_tui.commands.places import paper_paths

    show(operate.agents(paper_paths(), session), as_json)


def register_operator(app: typer.Typer) -> None:
    """Add the operator's commands to `app`, in the order of its help."""
    for command in (status, pause, resume, flatten, shutdown, handoffs, approve, reject, ack, agents):
        app.command()(command)
    app.command("stop-entries")(stop_entries)

"""`ytc explain`: why an order, trade, decision, setup or agent is as it is, and why there was no trade.

Decides which session is asked and what to do with an unknown name. Imports the store's reader and the
explanation. Invariant: an answer names entries of the journal and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import takewhile
from pathlib import Path

from ytc_tui.commands.answer import Answer
from ytc_tui.commands.sessions import open_session
from ytc_tui.errors import JournalCorrupt, UsageInvalid
from ytc_tui.model.codec import to_json
from ytc_tui.views.explain import explain as explained
from ytc_tui.views.explain_text import explanation_text
from ytc_tui.views.history import History, Subject
from ytc_tui.views.journal import recorded
from ytc_tui.views.sanitised import Sanitiser

_LISTED = 5
# What an engine says of an agent of a session, by their names; empty when none runs it.
AskAgent = Callable[[str, str], Mapping[str, str]]


def _nobody(session: str, agent: str) -> Mapping[str, str]:
    return {}


def explain(
    db_path: Path,
    target: str,
    *,
    safe: Sanitiser,
    session: str | None = None,
    ask_agent: AskAgent = _nobody,
    upto: int | None = None,
) -> Answer:
    """Why `target` is as it is: an order's client id, T0001, D0001, P0001, a setup id, an agent, or a time
    (UTC).

    `session` is an id, its beginning, or the newest for None. `ask_agent` asks the engine that runs a
    session about an agent; `upto` is the last entry that counts, None = the last there is. Raises
    UsageInvalid naming what there is to ask about, JournalUnavailable, JournalCorrupt (an entry that cannot
    be read).
    """
    with ExitStack() as stack:
        reader, name = open_session(db_path, session, stack)
        try:
            entries = reader.entries(name)
            if upto is not None:
                entries = takewhile(lambda entry: entry.seq <= upto, entries)
            records = list(recorded(entries))
        except (ValueError, ArithmeticError) as error:
            raise JournalCorrupt(
                f"session {name} cannot be read: {error}", where=str(db_path), fix="run `ytc verify`"
            ) from error
    told = explained(records, target, safe=safe, ask_agent=lambda agent: ask_agent(name, agent))
    if told is None:
        raise UsageInvalid(
            f"session {name} knows nothing of {safe(target)!r}", fix=_known(History.of(records), safe)
        )
    return Answer(explanation_text(told), {"session": name, **to_json(told)})


def _known(history: History, safe: Sanitiser) -> str:
    kinds = {
        subject: [safe(known) for known in history.named(subject)[-_LISTED:]]
        for subject in (Subject.TRADE, Subject.DECISION, Subject.SETUP, Subject.ORDER, Subject.AGENT)
    }
    named = "; ".join(f"{subject.value} {', '.join(names)}" for subject, names in kinds.items() if names)
    return f"ask for a time like 12:31{f', or {named}' if named else ''}"

"""What crosses the door's socket, and how a foreign command is checked.

Decides paths, limits and the JSON of commands. Imports the model, errors and pydantic. Invariant: a command
with an unknown verb or field never becomes a Command.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget, Ticket, Verb
from ytc_tui.model.own import AddLevel, ArmLevel, SetBias, WriteNote
from ytc_tui.model.reconciling import Reconcile
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery

PREFIX = "/api/orchestrator"
MAX_BODY_BYTES = 256 * 1024
MAX_PIN_CHARS = 256
# One line of text: the journal's links and every list that shows a command rely on it.
_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"


class _CommandBody(BaseModel):
    """A command as a client sends it."""

    model_config = ConfigDict(extra="forbid")

    command_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
    verb: Verb
    actor: Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=64)]
    reason: Annotated[str, StringConstraints(pattern=_LINE, max_length=1000)] = ""
    target: Annotated[str, StringConstraints(pattern=_LINE, max_length=200)] = ""
    content_hash: Annotated[str, StringConstraints(pattern=_LINE, max_length=200)] = ""
    # Checked by their own rules; an unknown field in them is refused like one of the command's.
    close: ClosePart | None = None
    move_stop: MoveStop | None = None
    move_target: MoveTarget | None = None
    ticket: Ticket | None = None
    level: AddLevel | None = None
    arm_level: ArmLevel | None = None
    bias: SetBias | None = None
    note: WriteNote | None = None
    reconcile: Reconcile | None = None

    @model_validator(mode="after")
    def _fits_its_verb(self) -> Self:
        self.command()
        return self

    def command(self) -> Command:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        # Who speaks and what he writes is shown for as long as the journal lasts.
        for name in ("actor", "reason", "target"):
            fields[name] = safe_line(fields[name])
        if self.level is not None:
            fields["level"] = replace(self.level, label=safe_line(self.level.label))
        if self.note is not None:
            fields["note"] = replace(self.note, text=safe_line(self.note.text))
        return Command(**fields)


class _PinBody(BaseModel):
    """The PIN for one command, as a client sends it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    command_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
    pin: Annotated[str, StringConstraints(max_length=MAX_PIN_CHARS)]


def pin_from(body: bytes, where: str) -> tuple[str, str]:
    """The command id and the PIN in the JSON text `body`. Raises UsageInvalid, which shows neither."""
    try:
        found = _PinBody.model_validate_json(body)
    except ValidationError:
        raise UsageInvalid("not a command_id and a pin", where=where) from None
    return found.command_id, found.pin


def command_from(body: bytes, where: str) -> Command:
    """The command in the JSON text `body`. Raises UsageInvalid naming each field that does not fit."""
    try:
        return _CommandBody.model_validate_json(body).command()
    except ValidationError as error:
        raise UsageInvalid(
            _problems(error),
            where=where,
            fix=f"fields: {', '.join(_CommandBody.model_fields)}; verbs: {', '.join(Verb)}",
        ) from None


_SEQ_DIGITS = 18


class _ConditionBody(BaseModel):
    """A condition of a query."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: ConditionKind
    value: str
    negated: bool = False


class _QueryBody(BaseModel):
    """A query as a client sends it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    conditions: tuple[_ConditionBody, ...] = ()
    from_ns: int | None = None
    to_ns: int | None = None
    before_seq: int = 0
    after_seq: int | None = None
    rows: int = 50
    upto_seq: int = 0

    def query(self) -> PageQuery:
        conditions = tuple(Condition(each.kind, each.value, each.negated) for each in self.conditions)
        places = (self.from_ns, self.to_ns, self.before_seq, self.after_seq)
        return PageQuery(conditions, *places, self.rows, self.upto_seq)


def query_from(text: str, where: str) -> PageQuery:
    """The query in the JSON text `text`, its contents unchecked. Raises UsageInvalid naming each field that
    does not fit."""
    try:
        return _QueryBody.model_validate_json(text).query()
    except ValidationError as error:
        raise UsageInvalid(
            _problems(error), where=where, fix=f"fields: {', '.join(_QueryBody.model_fields)}"
        ) from None


def seq_from(text: str, where: str) -> int:
    """The number of an entry as `text` has it. Raises UsageInvalid."""
    if text.isascii() and text.isdigit() and len(text) <= _SEQ_DIGITS:
        return int(text)
    raise UsageInvalid("the number of an entry is written in digits", where=where)


def _problems(error: ValidationError) -> str:
    """The first ten things that do not fit."""
    problems = error.errors(include_url=False, include_input=False)[:10]
    return "; ".join(_problem(problem["loc"], problem["type"], problem["msg"]) for problem in problems)


def _problem(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    name = ".".join(map(str, loc))[:80]
    match kind:
        case "extra_forbidden" | "unexpected_keyword_argument":
            return f"unknown field {name!r}"
        case "missing":
            return f"{name} is missing"
        case "enum" if name == "verb":
            return "unknown verb"
        case "value_error":
            return f"{name}: {message}".removeprefix(": ").replace("Value error, ", "", 1)
        case "string_pattern_mismatch":
            return f"{name} holds characters that it may not hold"
        case _:
            return f"{name}: {message}" if name else message

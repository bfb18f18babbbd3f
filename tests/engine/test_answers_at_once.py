"""A task that is answered at once is one entry, and the same answer again a short one: nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.situations import book, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.route import decide
from ytc_tui.engine.effects import RunAgent
from ytc_tui.engine.recovery import replay
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import canonical, from_json, in_order
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.state import State
from ytc_tui.model.tasks import Priority, ResponseMessage, ResponseStatus, TaskMessage, TaskType
from ytc_tui.views.journal import recorded

AGENT = "strength_weakness"
TOLD = {"signals": {"BTCUSDT": {"weakening": False}}, "score": 71.25}


def asked(number: int, **changes: Any) -> TaskMessage:
    given: dict[str, Any] = {"data": {"trigger": "trading_close"}, "dependencies": (f"need-{number}",)}
    return TaskMessage(f"task-{number}", AGENT, TaskType.ANALYZE, Priority.HIGH, **(given | changes))


class Told:
    """Answers put to the deciders one a minute, and the chain of what they make of them."""

    def __init__(self, sit: Situation) -> None:
        self.sit, self.head, self.entries = sit, ChainHead(sit.state.session_id), list[Entry]()
        self.number = 0

    def answer(self, result: dict[str, Any], *, task: TaskMessage | None = None, **changes: Any) -> list[str]:
        """The types of the entries that this answer makes."""
        self.number += 1
        self.sit.at_ns += NS_PER_MIN
        task = task or asked(self.number)
        self.sit.asked[AGENT] = task
        given: dict[str, Any] = {"status": ResponseStatus.SUCCESS, "result": result} | changes
        found = decide(self.sit, inp.AgentAnswered(ResponseMessage(task.task_id, AGENT, **given)))
        del self.sit.asked[AGENT]
        for event in found:
            assert not isinstance(event, RunAgent)
            book(self.sit, event)
            kind = type(event).__name__
            body = canonical(event)
            self.entries.append(
                self.head.link(self.sit.at_ns, kind, ev.version_of(kind), ev.correlation_of(event), "", body)
            )
        return [type(event).__name__ for event in found]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(trading(tmp_path))


def test_the_same_answer_again_is_a_short_entry(told: Told) -> None:
    assert told.answer(TOLD) == ["TaskAnswered"]
    assert told.answer(json.loads(json.dumps(TOLD))) == ["AnswerRepeated"]
    assert told.answer({**TOLD, "score": 71.5}) == ["TaskAnswered"]
    assert told.answer(TOLD) == ["TaskAnswered"]
    full, short = (len(entry.body) for entry in told.entries[:2])
    assert short < full / 2


@pytest.mark.parametrize(("first", "second"), [(0, 0.0), (1, True), (0, False), (0.0, -0.0)])
def test_what_compares_equal_and_is_written_otherwise_is_another_answer(
    told: Told, first: float, second: float
) -> None:
    assert told.answer({"value": first}) == ["TaskAnswered"]
    assert told.answer({"value": second}) == ["TaskAnswered"]


@pytest.mark.parametrize(
    "changes",
    [{"status": ResponseStatus.PARTIAL}, {"errors": ("late",)}, {"next_actions": ("look",)}],
)
def test_an_answer_that_says_more_is_told_in_full_and_not_repeated(
    told: Told, changes: dict[str, Any]
) -> None:
    told.answer(TOLD)
    assert told.answer(TOLD, **changes) == ["TaskAnswered"]
    assert told.answer(TOLD) == ["TaskAnswered"]
    assert told.answer(TOLD) == ["AnswerRepeated"]


def test_a_failure_is_told_as_request_and_report_and_ends_the_repeating(told: Told) -> None:
    told.answer(TOLD)
    failed = told.answer({}, status=ResponseStatus.FAILURE, errors=("broken",))
    assert failed[0] == "TaskRequested"
    assert set(failed[1:]) <= {"TaskRetried", "TaskReported"}
    [held] = told.sit.state.tasks.values()
    book(told.sit, ev.TaskReported(ResponseMessage(held.task.task_id, AGENT, ResponseStatus.FAILURE)))
    assert told.answer(TOLD) == ["TaskAnswered"]


def test_a_task_of_another_kind_is_told_in_full(told: Told) -> None:
    told.answer(TOLD)
    assert told.answer(TOLD, task=asked(2, timeout=5.0)) == ["TaskAnswered"]


def test_readers_find_every_task_and_response_in_full(told: Told) -> None:
    results: list[dict[str, Any]] = [
        TOLD,
        TOLD,
        {"other": [1, 2]},
        {"other": [1, 2]},
        {"other": [1, 2]},
        TOLD,
    ]
    for result in results:
        told.answer(result)
    events = [record.event for record in recorded(told.entries)]
    requests = [event.task for event in events if isinstance(event, ev.TaskRequested)]
    reports = [event.response for event in events if isinstance(event, ev.TaskReported)]
    assert requests == [asked(number) for number in range(1, len(results) + 1)]
    assert [report.result for report in reports] == results
    assert [report.task_id for report in reports] == [task.task_id for task in requests]
    assert {report.status for report in reports} == {ResponseStatus.SUCCESS}


def test_the_state_is_rebuilt_from_the_entries_and_from_a_snapshot_between_them(told: Told) -> None:
    fresh, head = State("s"), ChainHead("s")
    fresh = from_json(State, json.loads(in_order(told.sit.state)))
    told.answer(TOLD)
    told.answer(TOLD)
    snapshot, seen = in_order(told.sit.state), len(told.entries)
    told.answer(TOLD)
    replay(fresh, told.entries, head)
    assert canonical(fresh) == canonical(told.sit.state)
    later = from_json(State, json.loads(snapshot))
    replay(later, told.entries[seen:], ChainHead("s", seen, told.entries[seen - 1].hash))
    assert canonical(later) == canonical(told.sit.state)
    assert later.agents[AGENT].output == TOLD
    assert later.tasks_requested == 3


def test_an_answer_is_recognised_after_a_restart(told: Told) -> None:
    told.answer(TOLD)
    told.sit.state = from_json(State, json.loads(in_order(told.sit.state)))
    assert told.answer(TOLD) == ["AnswerRepeated"]


def test_a_repetition_of_nothing_is_refused(told: Told) -> None:
    told.answer(TOLD)
    told.answer(TOLD)
    with pytest.raises(ValueError, match=f"{AGENT} has no answer"):
        list(recorded(told.entries[1:]))

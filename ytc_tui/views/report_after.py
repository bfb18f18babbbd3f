"""What the agents after the close answered, as tables of a report.

Decides which of their findings people read, and in which words. Imports the report's section. Invariant:
an answer of any shape makes a table or nothing; what an agent left open is shown as -, never invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ytc_tui.views.json_data import listed, mapping, text_of
from ytc_tui.views.section import Section

Pairs = Iterator[tuple[str, str]]


def after_sections(review: Any, after: Mapping[str, Any]) -> Iterator[Section]:
    """Trade reviews, session review, learning, psychology and the next session, in that order."""
    reviews = [mapping(each) for each in listed(mapping(review).get("trade_reviews"))]
    if reviews:
        yield Section("Trade reviews", _REVIEW_COLUMNS, tuple(_trade_review(each) for each in reviews))
    yield Section("Session review", (), tuple(_review(mapping(review))), "no review was delivered")
    learned = mapping(after.get("learning"))
    if learned:
        yield _learning(learned)
    behaviour = mapping(after.get("psychology"))
    if behaviour:
        yield Section("Behaviour", (), tuple(_behaviour(behaviour)))
    prepared = mapping(after.get("next_session_prep"))
    if prepared:
        yield Section("Next session", (), tuple(_next(prepared)))


_REVIEW_COLUMNS = (
    "trade", "grade", "valid setup", "entry", "entered", "best entry", "exited", "best exit", "R", "best R",
    "efficiency",
)  # fmt: skip


def _trade_review(review: Mapping[str, Any]) -> tuple[str, ...]:
    words = ("trade_id", "grade", "was_valid_setup", "entry_quality")
    prices = ("actual_entry", "optimal_entry", "actual_exit", "optimal_exit")
    return (
        *(text_of(review.get(name)) for name in words),
        *(_shown(review.get(name), "{:.8g}") for name in prices),
        *(_shown(review.get(name), "{:+.2f}") for name in ("actual_r", "optimal_r")),
        _shown(review.get("efficiency"), "{:.0%}"),
    )


def _shown(value: Any, form: str) -> str:
    """A figure, which an agent tells as text, in a form for people; what is none stays as it is."""
    try:
        return form.format(float(value))
    except (TypeError, ValueError):
        return text_of(value)


def _review(review: Mapping[str, Any]) -> Pairs:
    if not review:
        return
    yield "grade", text_of(review.get("grade"))
    if "execution_efficiency" in review:
        yield "execution efficiency", _shown(review["execution_efficiency"], "{:.1%}")
    seen = mapping(review.get("environment_classification"))
    predicted = mapping(seen.get("predicted"))
    for symbol, actual in mapping(seen.get("actual")).items():
        yield (
            f"environment {symbol}",
            f"{text_of(actual)} in hindsight, read as {text_of(predicted.get(symbol))}",
        )
    kept = mapping(review.get("rule_compliance"))
    for rule, held in kept.items():
        if isinstance(held, bool):
            yield f"rule {rule}", "kept" if held else "BROKEN"
    for title, texts in (
        ("violation", kept.get("violations")),
        ("observation", review.get("key_observations")),
        ("lesson", review.get("lessons_learned")),
        ("goal", review.get("improvement_goals")),
    ):
        for each in listed(texts):
            yield title, text_of(each)


def _learning(learned: Mapping[str, Any]) -> Section:
    rows = []
    for each in map(mapping, listed(learned.get("parameter_recommendations"))):
        low, high = text_of(each.get("ci95_low_r")), text_of(each.get("ci95_high_r"))
        rows.append(
            (
                text_of(each.get("parameter")),
                text_of(each.get("current_value")),
                text_of(each.get("suggested_value")) if each.get("suggested_value") != [] else "none of them",
                text_of(each.get("sample_size")),
                text_of(each.get("mean_r")),
                f"{low} to {high}",
                text_of(each.get("confidence")),
                text_of(each.get("reason")),
            )
        )
    columns = ("setting", "now", "suggested", "trades", "mean R", "95 % of the mean", "confidence", "why")
    known, needed = text_of(learned.get("trades_known")), text_of(learned.get("series_needed"))
    empty = f"nothing is recommended: {known} trades are known, {needed} are needed to judge a group"
    return Section("Learning (a person decides, nothing is applied)", columns, tuple(rows), empty)


def _behaviour(told: Mapping[str, Any]) -> Pairs:
    yield "state", text_of(told.get("state"))
    yield "signs", text_of(told.get("signs"))
    yield (
        "losing streak",
        f"{text_of(told.get('losing_streak'))} now, longest {told.get('longest_losing_streak')}",
    )
    yield "trades after a loss", text_of(told.get("trades_after_a_loss"))
    yield "overrides", text_of(told.get("overrides"))
    answers = dict.fromkeys(text_of(mapping(each).get("answer")) for each in listed(told.get("readiness")))
    yield "readiness at the open", f"{text_of(list(answers))} ({text_of(told.get('readiness_note'))})"
    for advice in listed(told.get("advice")):
        yield "advice", text_of(advice)


def _next(told: Mapping[str, Any]) -> Pairs:
    plan = mapping(told.get("next_session_config"))
    goals = mapping(plan.get("goals"))
    yield "suggested settings", text_of(told.get("settings"))
    for title, texts in (
        ("process goal", goals.get("process_goals")),
        ("focus", goals.get("focus_areas")),
        ("scenario", told.get("scenarios")),
        ("maintenance", plan.get("system_maintenance")),
        ("checklist", told.get("checklist")),
    ):
        for each in listed(texts):
            yield title, text_of(each)
    for symbol, levels in mapping(told.get("key_levels")).items():
        yield f"levels {symbol}", text_of(levels)

"""`ytc drill`: fire every rule, limit and emergency path in a sandbox, and keep a record of a pass.

Decides wording, the exit code and when a pass is recorded. Imports the drill. Invariants: only a drill
without a failed line is recorded; nothing but that record is written outside the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ytc_tui import __version__
from ytc_tui.adapters.clock import WallClock
from ytc_tui.adapters.drill_file import DrillFile, DrillPass
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.watch import watch
from ytc_tui.config import LoadedSettings
from ytc_tui.drill.lines import DrillLine, Tried
from ytc_tui.drill.whole import Drilled, drill as drill_all
from ytc_tui.model.codec import to_json
from ytc_tui.views.journal import utc
from ytc_tui.views.sanitised import Sanitiser, sanitised

FAILED = 1


def drill(loaded: LoadedSettings, kept: DrillFile, *, safe: Sanitiser) -> Answer:
    """Drill the limits of `loaded`. Exit code 0 when every line passed, else 1."""
    drilled = drill_all(loaded.settings, watch)
    passed = DrillPass(WallClock().now_ns(), __version__, loaded.digest, len(drilled.lines))
    if drilled.passed:
        kept.keep(passed)
    text = "\n".join(safe(line) for line in _lines(drilled, loaded.digest))
    return Answer(text, sanitised(_data(drilled, passed), safe), 0 if drilled.passed else FAILED)


def _lines(drilled: Drilled, digest: str) -> Iterator[str]:
    for line in drilled.lines:
        verdict = "FAIL" if not line.passed else "off" if line.off else "ok"
        yield f"{verdict:4}  {line.group:9}  {line.name}"
        if line.off:
            yield f"        switched off: {line.off}"
        yield from (f"        {told}" for told in _sides(line))
        yield from (f"        WRONG {problem}" for problem in line.problems)
    failed = [line.name for line in drilled.lines if not line.passed]
    yield ""
    yield f"{len(drilled.lines) - len(failed)} of {len(drilled.lines)} lines passed, settings {digest[:12]}"
    if failed:
        yield f"FAILED: {', '.join(failed)}"


def _sides(line: DrillLine) -> Iterator[str]:
    if line.inside.told:
        yield f"lets through  {line.inside.told}{_orders(line.inside)}"
    figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in line.figures.items())
    if line.outside.told and not line.off:
        yield f"stops         {line.outside.told}{_orders(line.outside)}"
    if figures:
        yield f"figures       {figures}"


def _orders(side: Tried) -> str:
    return "" if side.orders is None else f" (orders sent: {side.orders})"


def _data(drilled: Drilled, passed: DrillPass) -> dict[str, Any]:
    return {
        "passed": drilled.passed,
        "software": passed.software,
        "config_digest": passed.config_digest,
        "finished": utc(passed.at_ns),
        "lines": list(_line_data(drilled.lines)),
    }


def _line_data(lines: Iterable[DrillLine]) -> Iterator[dict[str, Any]]:
    for line in lines:
        data: dict[str, Any] = to_json(line)
        yield {**data, "passed": line.passed, "problems": list(line.problems)}

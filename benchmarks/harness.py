"""How a benchmark prints its figures, and the percentile they share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def emit(
    id: str,
    figure: float,
    unit: str,
    *,
    baseline: tuple[str, float],
    ratio: float,
    goal: str,
    ok: bool,
    why: str = "",
    workload: str = "",
) -> None:
    """Print one figure as one line of JSON.

    `workload` names what was worked on; `why` says what a figure that falls short runs into.
    """
    line: dict[str, Any] = {
        "id": id,
        "figure": float(f"{figure:.4g}"),
        "unit": unit,
        "baseline": {"name": baseline[0], "value": float(f"{baseline[1]:.4g}")},
        "ratio": float(f"{ratio:.3g}"),
        "goal": goal,
        "ok": ok,
    }
    if workload:
        line["workload"] = workload
    if why and not ok:
        line["why"] = why
    print(json.dumps(line), flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

"""Every benchmark, one after the other: `python -m benchmarks [--quick]`.

Each script runs in a process of its own; its lines of JSON are passed on as they come, and a table closes.
A figure that misses its goal is shown as such and is no error; a script that fails is (exit code 1).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
NOT_SCRIPTS = frozenset(
    {
        "__init__",
        "__main__",
        "chart_app",
        "crowd",
        "desk_app",
        "engine",
        "harness",
        "journals",
        "screen_apps",
        "screen_parts",
        "terminal",
        "witness_host",
    }
)


def scripts() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_SCRIPTS)


def lines_of(script: str, arguments: list[str]) -> tuple[list[dict[str, Any]], bool]:
    """Run one script; its figures, and whether it ran to its end."""
    command = [sys.executable, "-m", f"benchmarks.{script}", *arguments]
    found: list[dict[str, Any]] = []
    with subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            found.append(json.loads(line))
    return found, process.returncode == 0


def table(figures: list[dict[str, Any]]) -> str:
    """The figures in columns; under each one that misses its goal, why."""
    rows = [("id", "figure", "baseline", "ratio", "goal", "ok")]
    notes: list[str] = [""]
    for item in figures:
        baseline = item["baseline"]
        rows.append(
            (
                item["id"],
                f"{item['figure']:g} {item['unit']}",
                f"{baseline['value']:g} {baseline['name']}",
                f"{item['ratio']:.3g}",
                item["goal"],
                "yes" if item["ok"] else "NO",
            )
        )
        notes.append(item.get("why", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row, note in zip(rows, notes, strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
        if note:
            lines.append(f"    why: {note}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less work in every script")
    arguments = ["--quick"] if parser.parse_args().quick else []
    figures: list[dict[str, Any]] = []
    failed = []
    for script in scripts():
        found, whole = lines_of(script, arguments)
        figures += found
        if not whole:
            failed.append(script)
    print("\n" + table(figures))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

"""S1: how long the command line takes to answer, as a whole process.

`ytc --help` against a minimal typer app with the same commands and options (rich help off in both), and
`ytc --version` against a bare `python -c pass`; and from exec to the first paint on a pseudo-terminal, the
desk of `ytc run --demo` against a Textual app with one line in it. Runs alternate, medians count.
`python -m benchmarks.startup [--quick]`
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from benchmarks.harness import emit
from benchmarks.terminal import Terminal
from ytc_tui.commands.app import app

RUNS, QUICK_RUNS = 31, 9
HELP_GOAL, VERSION_GOAL, PAINT_GOAL = 1.5, 3.0, 1.3
MS_PER_S = 1_000.0
YTC = str(Path(sys.executable).with_name("ytc"))

Parameter = TyperOption | TyperArgument

HEAD = """from typing import Annotated
import typer
app = typer.Typer(
    name="ytc", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
"""


def minimal_app() -> str:
    """Source of a one-file typer app with ytc's commands, options and help texts, and nothing behind them."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return HEAD + "".join(_lines_of(root, "app")) + "app()\n"


def _lines_of(group: TyperGroup, holder: str) -> Iterator[str]:
    for number, (name, command) in enumerate(group.commands.items()):
        if isinstance(command, TyperGroup):
            inner = f"{holder}_{number}"
            yield f"{inner} = typer.Typer(help={command.help!r}, no_args_is_help=True)\n"
            yield f"{holder}.add_typer({inner}, name={name!r})\n"
            yield from _lines_of(command, inner)
        else:
            parameters = ", ".join(_parameter(item) for item in _required_first(command))
            yield f"@{holder}.command({name!r}, help={command.help!r})\n"
            yield f"def {holder}_{number}_command({parameters}) -> None: ...\n"


def _required_first(command: Any) -> list[Parameter]:
    params = [item for item in command.params if isinstance(item, TyperOption | TyperArgument)]
    return sorted(params, key=lambda item: not item.required)


def _parameter(item: Parameter) -> str:
    if isinstance(item, TyperOption):
        declared = ", ".join(repr(name) for name in (*item.opts, *item.secondary_opts))
        marker = f"typer.Option({declared}, help={item.help!r})"
        repeated = item.multiple
    else:
        marker = "typer.Argument()"
        repeated = item.nargs == -1
    kind = "bool" if getattr(item, "is_flag", False) else "str"
    if repeated:
        return f"{item.name}: Annotated[list[{kind}] | None, {marker}] = None"
    return f"{item.name}: Annotated[{kind}, {marker}]" + ("" if item.required else f" = {kind}()")


def alternate(first: Sequence[str], second: Sequence[str], runs: int) -> tuple[float, float]:
    """Median milliseconds of both commands, run in turns; the first turn of each is not counted."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(runs + 1):
        for command, taken in zip((first, second), times, strict=True):
            start = perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            if turn:
                taken.append((perf_counter() - start) * MS_PER_S)
    return statistics.median(times[0]), statistics.median(times[1])


def measure(ours: Sequence[str], baseline: Sequence[str], name: str, goal: float, runs: int) -> None:
    our_ms, baseline_ms = alternate(ours, baseline, runs)
    shown = " ".join(("ytc", *ours[1:]))
    emit(
        "S1",
        our_ms,
        f"ms, median of {runs}, `{shown}`",
        baseline=(f"{name}, ms", baseline_ms),
        ratio=our_ms / baseline_ms,
        goal=f"<= {goal}x {name}",
        ok=our_ms <= goal * baseline_ms,
        why="something is imported or built before it is needed: see `python -X importtime`",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_RUNS} runs in place of {RUNS}")
    runs = QUICK_RUNS if parser.parse_args().quick else RUNS
    with tempfile.TemporaryDirectory() as folder:
        minimal = Path(folder) / "minimal.py"
        minimal.write_text(minimal_app())
        same_help(minimal)
        measure(
            (YTC, "--help"), (sys.executable, str(minimal), "--help"), "minimal typer app", HELP_GOAL, runs
        )
        measure((YTC, "--version"), (sys.executable, "-c", "pass"), "bare python", VERSION_GOAL, runs)
        measure_paint(Path(folder), runs // 2)


def paint_ms(module: str, arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds from exec until the first text and until the first whole frame could be read; the
    program is killed then."""
    start_s = monotonic()
    terminal = Terminal(module, arguments, environ)
    drawn_s = monotonic()
    terminal.kill()
    first_s = terminal.first_text_s if terminal.first_text_s is not None else drawn_s
    return (first_s - start_s) * MS_PER_S, (drawn_s - start_s) * MS_PER_S


def measure_paint(folder: Path, runs: int) -> None:
    """The desk's first paint against a minimal app's, in turns; the first turn is not counted."""
    places = {"XDG_STATE_HOME": str(folder / "state"), "XDG_RUNTIME_DIR": str(folder)}
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    for turn in range(runs + 1):
        first_ms, drawn_ms = paint_ms("ytc_tui", ["run", "--demo"], places)
        _, minimal_ms = paint_ms("benchmarks.screen_apps", ["minimal"], {})
        if turn:
            for taken, value in zip(times, (first_ms, drawn_ms, minimal_ms), strict=True):
                taken.append(value)
    our_ms, drawn_ms, minimal_ms = map(statistics.median, times)
    emit(
        "S1",
        drawn_ms,
        f"ms from exec to the whole desk, median of {runs}",
        baseline=("minimal Textual app, ms", minimal_ms),
        ratio=drawn_ms / minimal_ms,
        goal="none, for comparison",
        ok=True,
    )
    emit(
        "S1",
        our_ms,
        f"ms from exec to first paint (a line; the desk follows), median of {runs}, `ytc run --demo`",
        baseline=("minimal Textual app, ms", minimal_ms),
        ratio=our_ms / minimal_ms,
        goal=f"<= {PAINT_GOAL}x minimal Textual app",
        ok=our_ms <= PAINT_GOAL * minimal_ms,
        why="the settings are checked before the first paint",
    )


def same_help(minimal: Path) -> None:
    """Refuse to measure against a baseline that has not the same commands."""
    printed = [
        subprocess.run((*command, "--help"), capture_output=True, text=True, check=True).stdout
        for command in ((YTC,), (sys.executable, str(minimal)))
    ]
    commands = [text.partition("Commands:")[2] for text in printed]
    if commands[0] != commands[1] or not commands[0]:
        raise RuntimeError(f"the minimal app shows other commands:\n{commands[1]}\nthan ytc:\n{commands[0]}")


if __name__ == "__main__":
    main()

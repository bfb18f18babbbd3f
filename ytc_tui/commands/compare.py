"""`ytc compare`: the same days once with each set of settings, side by side.

Decides what a set is, what all sets share, and in which processes they run. Imports the settings and the
composition root. Invariants: every set meets the same bars and the same seed; nothing is written to the
user's state folder, and nothing is recommended or applied.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ytc_tui.adapters.process_guard import tell
from ytc_tui.boot import RunRequest
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.compare_text import comparison_data, comparison_text
from ytc_tui.config import LoadedSettings, assignments, load_settings
from ytc_tui.errors import ConfigInvalid, UsageInvalid, YtcError
from ytc_tui.model.session import Approval, Mode
from ytc_tui.settings.catalog import effective
from ytc_tui.settings.layers import Layer, flag_layer, shown
from ytc_tui.settings.toml_file import file_layer
from ytc_tui.variant_run import VariantOutcome, run_variant

BASE = "base"
NAMES = "ABCDEFGH"
# What all sets share, or they would not meet the same market.
SHARED = ("mode", "paper.seed", "feed.data", "feed.bar_label", "session.symbols")


@dataclass(frozen=True, slots=True)
class Variant:
    """One set of settings under its letter; `given` is the text of its --set."""

    name: str
    given: str
    loaded: LoadedSettings


def request_of(data: Sequence[str], from_ns: int | None, to_ns: int | None) -> RunRequest:
    """What each set is run over; times UTC ns, None = what the data holds."""
    return RunRequest(data=tuple(data), from_ns=from_ns, to_ns=to_ns)


def compare(sets: Sequence[str], config: Path | None, request: RunRequest) -> Answer:
    """Run every set over `request`'s days. Raises a YtcError naming the set and key that is wrong."""
    variants = variants_of(sets, config)
    if variants[0].loaded.path is not None:
        tell(f"settings: {variants[0].loaded.path}")
    found = _run_all(variants, request)
    for variant, outcome in zip(variants, found, strict=True):
        if (outcome.feed_digest, outcome.seed) != (found[0].feed_digest, found[0].seed):
            raise YtcError(f"set {variant.name} met other data than set {variants[0].name}")
    outcomes = {variant.name: outcome for variant, outcome in zip(variants, found, strict=True)}
    given = {variant.name: variant.given for variant in variants}
    differing = differing_settings(variants)
    return Answer(comparison_text(given, differing, outcomes), comparison_data(given, differing, outcomes))


def variants_of(sets: Sequence[str], config: Path | None) -> list[Variant]:
    """The sets over file and environment, checked. UsageInvalid, or ConfigInvalid with the key."""
    if not 2 <= len(sets) <= len(NAMES):
        raise UsageInvalid(
            f"{len(sets)} sets of settings were given",
            where="--set",
            fix=f"give 2 to {len(NAMES)}; {BASE} is one too",
        )
    found = []
    for name, given in zip(NAMES, sets, strict=False):
        try:
            layer = _layer(given)
            for key in SHARED:
                if key in layer.values:
                    raise ConfigInvalid(
                        f"{key} is the same for every set", fix="give it in the file of settings"
                    )
            loaded = load_settings(config, over=layer)
        except ConfigInvalid as error:
            raise ConfigInvalid(
                error.what, where=f"--set {name}" + (f", {error.where}" if error.where else ""), fix=error.fix
            ) from error
        _refuse_waiting(name, loaded)
        found.append(Variant(name, given, loaded))
    return found


def _layer(given: str) -> Layer:
    if given == BASE:
        return Layer()
    path = os.path.expanduser(given)
    if os.path.isfile(path):
        return file_layer(Path(path))
    if "=" not in given:
        raise ConfigInvalid(
            f"{shown(given)} is no file and no key=value",
            fix=f'write "key=value;key=value", the name of a TOML file of settings, or {BASE}',
        )
    return flag_layer(assignments(text for text in given.split(";") if text.strip()))


def _refuse_waiting(name: str, loaded: LoadedSettings) -> None:
    trading = loaded.settings.trading
    waiting = Approval.CONFIRM in (trading.approval, *trading.approval_by_setup.values())
    if waiting or loaded.settings.handoff.approved_by_person(Mode.PAPER):
        raise UsageInvalid(
            "it waits for a person, and nobody answers here",
            where=f"--set {name}",
            fix="use trading.approval = auto, no confirm for single setups, and no handoff.approve.paper",
        )


def differing_settings(variants: Sequence[Variant]) -> dict[str, dict[str, str]]:
    """Every key that is not the same in all sets, with its value in each, by letter."""
    settings = {variant.name: effective(variant.loaded.settings) for variant in variants}
    keys = sorted({key for values in settings.values() for key in values})
    told = {
        key: {name: shown(values[key]) if key in values else "-" for name, values in settings.items()}
        for key in keys
    }
    return {key: values for key, values in told.items() if len(set(values.values())) > 1}


def _run_all(variants: Sequence[Variant], request: RunRequest) -> list[VariantOutcome]:
    """One process a set, at most as many at once as there are cores for us."""
    workers = min(len(variants), len(os.sched_getaffinity(0)))
    context = multiprocessing.get_context("spawn")
    with (
        TemporaryDirectory(prefix="ytc-compare-") as folder,
        ProcessPoolExecutor(workers, context, initializer=_end_on_interrupt) as pool,
    ):
        try:
            running = [pool.submit(run_variant, v.loaded, request, Path(folder, v.name)) for v in variants]
            return [_result(variant, future) for variant, future in zip(variants, running, strict=True)]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def _end_on_interrupt() -> None:
    # Ctrl-C reaches every process of the terminal; what it means is said once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _result(variant: Variant, future: Future[VariantOutcome]) -> VariantOutcome:
    try:
        outcome = future.result()
    except BrokenProcessPool as error:
        raise YtcError(
            "a process of this comparison was killed", fix="it may have been short of memory"
        ) from error
    tell(f"{variant.name}: {len(outcome.sessions)} sessions")
    return outcome

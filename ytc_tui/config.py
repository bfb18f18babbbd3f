"""Settings: load them from flags, environment, file and defaults, and say where each came from.

Decides the precedence flag > environment > file > default, and that a problem stops the start: all of
them are reported at once. Read by boot, cli and commands only. Invariant: a LoadedSettings has passed
every check, and its digest is the same for equal trading settings wherever they came from.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import ValidationError

from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.session import Mode
from ytc_tui.settings.catalog import KeySpec, effective, nearest, plain, resolve
from ytc_tui.settings.found_here import problems_here
from ytc_tui.settings.layers import (
    Given,
    Layer,
    env_layer,
    flag_layer,
    shown,
    shown_name,
    wrong_value,
)
from ytc_tui.settings.toml_file import file_layer
from ytc_tui.settings.tree import Settings, layered_settings

__all__ = [
    "FILE_NAME",
    "RUNNABLE_MODES",
    "LoadedSettings",
    "Settings",
    "assignments",
    "load_settings",
    "settings_digest",
    "settings_file",
    "settings_problems",
]

FILE_NAME = "config.toml"
# The modes for which there is a venue.
RUNNABLE_MODES = frozenset({Mode.PAPER})

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Checked settings, the file they came from (if any), and the origin of each given key. `anew` loads
    what would be in effect now, by the same flags."""

    settings: Settings
    path: Path | None
    origins: Mapping[str, str]
    anew: Callable[[], LoadedSettings] = field(compare=False, repr=False)
    _digest: list[str] = field(default_factory=list, compare=False, repr=False)  # once it was asked for

    def origin(self, key: str) -> str:
        """Where the value of `key` came from: "flag", "env YTC_...", "file PATH:LINE" or "default".

        Raises ConfigInvalid, with the nearest spelling, if there is no such key.
        """
        if not isinstance(resolve(key), KeySpec):
            like = nearest(key)
            raise ConfigInvalid(f"unknown key {shown_name(key)}", fix=f"did you mean {like}?" if like else "")
        return self.origins.get(key, _DEFAULT)

    @property
    def digest(self) -> str:
        """sha256 (hex) of the settings that can change what is traded."""
        if not self._digest:
            self._digest.append(settings_digest(self.settings))
        return self._digest[0]

    def require_known(self, key: str, names: Iterable[str], known: Collection[str]) -> None:
        """Refuses any of `names`, given under `key`, that is not in `known` (agents, setups, symbols).

        The settings cannot know what is registered; boot can, and asks here for the same kind of error.
        """
        unknown = [name for name in names if name not in known]
        if not unknown:
            return
        close = difflib.get_close_matches(unknown[0], known, n=1, cutoff=0.5)
        fix = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known))}"
        given = [origin for name, origin in self.origins.items() if name == key]
        given += [origin for name, origin in self.origins.items() if name.startswith(f"{key}.{unknown[0]}.")]
        raise ConfigInvalid(
            f"{key}: {', '.join(shown_name(name) for name in unknown)} is not known",
            where=given[0] if given else _DEFAULT,
            fix=fix,
        )


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """`["risk.max_positions=2"]` as overrides; the last of two for one key wins, as with flags."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise ConfigInvalid(
                f"--set {shown(text)} is not an assignment", where="flag", fix="write --set section.key=value"
            )
        found[key.strip()] = value
    return found


def settings_file(path: Path | None = None) -> Path | None:
    """`path` if given, else ./config.toml, else the user's own, else None."""
    if path is not None:
        return path
    user_path = platformdirs.user_config_path("ytc") / FILE_NAME
    for candidate in (Path(FILE_NAME), user_path):
        # os.path.isfile answers False, never raises, for a folder that may not be looked into.
        if os.path.isfile(candidate):
            return candidate
    return None


def load_settings(
    path: Path | None = None,
    overrides: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    over: Layer | None = None,
) -> LoadedSettings:
    """Settings in effect. `overrides` are flags by dotted key; `environment` defaults to the process's;
    `over` stands over them all.

    Raises ConfigInvalid with every problem that was found: file, line, key, value and what is allowed.
    """
    loaded, problems = _examine(path, overrides, environment, over)
    if loaded is not None:
        return loaded
    if len(problems) == 1:
        raise problems[0]
    listed = "".join(f"\n  {problem}" for problem in problems)
    raise ConfigInvalid(f"{len(problems)} problems in the settings:{listed}")


def settings_problems(
    path: Path | None = None,
    overrides: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
) -> list[ConfigInvalid]:
    """What `load_settings` with the same arguments would refuse; empty when it would load."""
    return _examine(path, overrides, environment)[1]


def settings_digest(settings: Settings) -> str:
    """sha256 (hex) over the canonical JSON of every key whose value can change what is traded.

    Paths, speed, logs, notifications and screens stay out: a run has the same digest at any speed and
    from any folder (semantics.md 7); the content of data files has digests of its own.
    """
    return digest_of(deciding(settings))


def deciding(settings: Settings) -> dict[str, Any]:
    """Every key whose value can change what is traded, with its value as JSON data."""
    found: dict[str, Any] = {}
    for key, value in effective(settings).items():
        spec = resolve(key)
        if isinstance(spec, KeySpec) and spec.decides:
            found[key] = plain(value)
    return found


def digest_of(deciding: Mapping[str, Any]) -> str:
    """sha256 (hex) of settings as `deciding` gives them."""
    text = json.dumps(deciding, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def settings_of(deciding: Mapping[str, Any]) -> LoadedSettings:
    """Settings with these values and the defaults of this release beside them, whatever file or environment
    there is. Raises ConfigInvalid where this release does not take them."""
    given = {key: Given(value, "record") for key, value in deciding.items()}
    for key in given:
        if not isinstance(resolve(key), KeySpec):
            raise ConfigInvalid(f"unknown key {shown_name(key)}", where="record")
    try:
        settings = layered_settings(Layer(given).tree())
    except ValidationError as error:
        raise _value_problems(error, given)[0] from error
    return LoadedSettings(settings, None, dict.fromkeys(given, "record"), lambda: settings_of(deciding))


def _examine(
    path: Path | None,
    overrides: Mapping[str, str] | None,
    environment: Mapping[str, str] | None,
    over: Layer | None = None,
) -> tuple[LoadedSettings | None, list[ConfigInvalid]]:
    found = settings_file(path)
    from_file = file_layer(found) if found is not None else Layer()
    if path is None and found == Path(FILE_NAME):
        from_file.problems.extend(problems_here(found, from_file))
    layers = (
        over or Layer(),
        flag_layer(overrides or {}),
        env_layer(os.environ if environment is None else environment),
        from_file,
    )
    given: dict[str, Given] = {}
    for layer in reversed(layers):
        given.update(layer.values)
    problems = [problem for layer in layers for problem in layer.problems] + _mode_problems(given)
    try:
        settings = layered_settings(*(layer.tree() for layer in layers))
    except ValidationError as error:
        return None, problems + _value_problems(error, given)
    if problems:
        return None, problems
    origins = {key: value.origin for key, value in given.items()}
    anew = partial(load_settings, path, overrides, environment=environment, over=over)
    return LoadedSettings(settings, found, origins, anew), []


def _mode_problems(given: Mapping[str, Given]) -> list[ConfigInvalid]:
    mode = given["mode"].value if "mode" in given else None
    if not isinstance(mode, str) or mode not in set(Mode) - RUNNABLE_MODES:
        return []
    return [
        ConfigInvalid(
            f'mode = "{mode}" has no venue in this release, which trades paper only',
            where=given["mode"].origin,
            fix='use mode = "paper"',
        )
    ]


def _value_problems(error: ValidationError, given: Mapping[str, Given]) -> list[ConfigInvalid]:
    """pydantic's findings as problems, one for each key."""
    found: dict[str, ConfigInvalid] = {}
    for detail in error.errors(include_url=False, include_input=False):
        context = detail.get("ctx", {})
        if detail["type"] == "across":
            keys = context["keys"]
            found.setdefault(keys[0], _across(detail["msg"], keys, given))
            continue
        key = _given_key(detail["loc"], given)
        spec = resolve(key)
        is_name = detail["loc"][-1] == "[key]"
        if isinstance(spec, KeySpec) and not is_name:
            reason = str(context["error"]) if "error" in context else ""
            found.setdefault(key, wrong_value(key, given[key].value, given[key].origin, spec, reason))
        else:
            origins = [value.origin for name, value in given.items() if f"{name}.".startswith(f"{key}.")]
            what = "is not a name that this table takes" if is_name else detail["msg"]
            found.setdefault(key, ConfigInvalid(f"{key} {what}", where=next(iter(origins), "")))
    return list(found.values())


def _given_key(location: tuple[int | str, ...], given: Mapping[str, Given]) -> str:
    """The given key at or above an error's location; else the location itself."""
    parts = [str(part) for part in location if part != "[key]"]
    for length in range(len(parts), 0, -1):
        key = ".".join(parts[:length])
        if key in given:
            return key
    return ".".join(parts)


def _across(message: str, keys: tuple[str, ...], given: Mapping[str, Given]) -> ConfigInvalid:
    """A rule over several keys is broken: name the values, and the places of those that were given."""
    defaults = effective(Settings())
    values = [f"{key} = {shown(given[key].value if key in given else defaults[key])}" for key in keys]
    places = [given[key].origin for key in keys if key in given]
    return ConfigInvalid(message, where=", ".join(places), fix="now " + ", ".join(values))

"""Whatever a file, a variable or a flag holds, settings load or are refused as ConfigInvalid."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings, strategies as st

from ytc_tui.config import load_settings, settings_problems
from ytc_tui.errors import ConfigInvalid
from ytc_tui.settings.catalog import ANY_NAME, catalog, env_name

_known = [key for key in catalog() if ANY_NAME not in key]
_free = ["agents.trend.weight", "agents.Bad.enabled", "agents.x", "trading.approval_by_setup.pb"]
_keys = st.sampled_from([*_known, *_free]) | st.lists(
    st.text("abz._-* \"'\n", min_size=1, max_size=8), min_size=1, max_size=4
).map(".".join)
_numbers = st.one_of(
    st.integers(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.decimals(allow_nan=True, allow_infinity=True),
).map(lambda number: str(number).replace("Infinity", "inf").replace("NaN", "nan").replace("s", ""))
_scalars = st.one_of(
    _numbers,
    st.text().map(json.dumps),
    st.sampled_from(["true", "false", "2022-11-01", "13:30:00", "2022-11-01T13:30:00Z", "''", "0x1f"]),
)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + "}"
        )
    ),
    max_leaves=4,
)
_heads = st.sampled_from(
    ["", *sorted({f"[{key.rpartition('.')[0]}]" for key in _known if "." in key}), "[[risk]]", "[x.y]"]
)
_statements = st.tuples(_keys, _values).map(lambda pair: f"{pair[0]} = {pair[1]}") | _heads | st.text()


def _is_loaded_or_refused(
    path: Path | None, overrides: dict[str, str] | None = None, environment: dict[str, str] | None = None
) -> bool:
    problems = settings_problems(path, overrides, environment=environment or {})
    assert all(isinstance(problem, ConfigInvalid) and problem.where for problem in problems)
    try:
        load_settings(path, overrides, environment=environment or {})
    except ConfigInvalid as refused:
        assert str(refused).isprintable() or "\n" in str(refused)
        return bool(problems)
    return not problems


@settings(max_examples=100, deadline=None)
@given(st.lists(_statements, max_size=5).map("\n".join))
def test_any_text_as_a_file(text: str) -> None:
    path = Path("any.toml")
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    assert _is_loaded_or_refused(path)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(_known), _values)
def test_any_value_for_a_known_key(key: str, value: str) -> None:
    path = Path("value.toml")
    path.write_text(f"{key} = {value}\n", encoding="utf-8")
    assert _is_loaded_or_refused(path)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_as_a_file(content: bytes) -> None:
    path = Path("bytes.toml")
    path.write_bytes(content)
    assert _is_loaded_or_refused(path)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(_keys, st.text() | _values, max_size=4))
def test_any_flags_and_variables(values: dict[str, str]) -> None:
    assert _is_loaded_or_refused(None, values)
    assert _is_loaded_or_refused(None, None, {env_name(key): text for key, text in values.items()})

"""The commented file of settings as the models say it; `python -m tests.config.rendering` prints it."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from ytc_tui.config import Settings
from ytc_tui.settings.catalog import ANY_NAME, KeySpec, Table, effective, plain, root

_HEAD = """\
# Settings of ytc-tui. Every key is here, with its default and its meaning.
#
# A flag (--set section.key=value) stands over an environment variable (YTC_SECTION__KEY), which stands
# over this file, which stands over the default. Read from --config PATH, else ./config.toml, else the
# user's own configuration folder. `ytc config show` prints what is in effect and where it came from,
# `ytc config explain KEY` what one key means, `ytc config check` what is wrong.
#
# Percents are written as percents: 3 means 3 %. Unknown keys are refused. Settings hold no credentials.
# A session keeps the settings that it started with.
"""
_REFERENCE = re.compile(r" \([a-z]+\.md[^)]*\)")
_EXAMPLES = {
    "trading.approval_by_setup": '# PB = "confirm"',
    "ui.keys": '# why = "f9"',
    "agents": "# [agents.NAME]",
}


def written(value: Any) -> str:
    """A value as TOML writes it."""
    return str(plain(value)) if isinstance(value, Decimal) else json.dumps(plain(value))


def rendered() -> str:
    """The whole file."""
    return _HEAD + "\n".join(_lines(root(), Settings(), effective(Settings()))) + "\n"


def _comment(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False)


def _lines(table: Table, model: BaseModel, values: dict[str, Any]) -> Iterator[str]:
    for node in table.children.values():
        if isinstance(node, KeySpec):
            yield ""
            yield from _comment(node.field.description or "")
            yield from _comment(f"Allowed: {node.allowed}{f', in {node.unit}' if node.unit else ''}.")
            yield f"{node.key.rsplit('.', 1)[-1]} = {written(values[node.key])}"
    for name, node in table.children.items():
        if not isinstance(node, Table):
            continue
        yield "\n"
        if ANY_NAME in node.children:
            yield from _free_table(node, type(model).model_fields[name].description or "")
        else:
            section = getattr(model, name)
            heading = (type(section).__doc__ or "").partition("\n")[0]
            yield from _comment(_REFERENCE.sub("", heading))
            yield f"[{node.key}]"
            yield from _lines(node, section, values)


def _free_table(table: Table, meaning: str) -> Iterator[str]:
    yield from _comment(meaning)
    yield f"[{table.key}]"
    yield _EXAMPLES[table.key]
    item = table.children[ANY_NAME]
    if isinstance(item, Table):
        for spec in item.leaves():
            yield from _comment(f"{spec.key.rsplit('.', 1)[-1]}: {spec.meaning} Allowed: {spec.allowed}.")
    else:
        yield from _comment(f"Allowed: {item.allowed}.")


if __name__ == "__main__":
    sys.stdout.write(rendered())

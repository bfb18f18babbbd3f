"""What the documents say exists, exists: files, registries, settings, commands, links, and their length."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

import ytc_tui
from ytc_tui.adapters.workflows import load_workflow
from ytc_tui.agents.registry import Registry, discover
from ytc_tui.analysis.exits import policies
from ytc_tui.analysis.setups import finders
from ytc_tui.commands.app import app
from ytc_tui.engine.risk.registry import NOT_RULES, RULES
from ytc_tui.screens.help import as_markdown
from ytc_tui.settings.catalog import KeySpec, resolve
from ytc_tui.settings.tree import Settings

ROOT = Path(ytc_tui.__file__).parent.parent
PACKAGE = ROOT / "ytc_tui"
RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.md"))
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS = [*PAGES, *RECIPES, *DECISIONS]
MAX_LINES = 40

CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")
FILE = re.compile(r"[\w./-]+\.(?:py|toml|md|db)|[\w-]+(?:/[\w.-]*)+")
KEY = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
TOP_FOLDERS = ("ytc_tui", "tests", "docs", "benchmarks")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tokens(path: Path) -> list[str]:
    """What stands in backticks on a page, its blocks of code left out."""
    return CODE.findall(FENCE.sub("", path.read_text()))


def files_named(path: Path) -> list[str]:
    """Repository files and folders that a page names, by their path from the root or from the package."""
    found = [token for token in tokens(path) if FILE.fullmatch(token)]
    below = tuple(entry.name for entry in PACKAGE.iterdir() if entry.is_dir())
    return [
        token
        for token in found
        if token.split("/")[0] in (*TOP_FOLDERS, *below)
        or ("/" not in token and token.endswith((".py", ".toml", ".md")))
    ]


def home_of(token: str) -> Path:
    """Where a named file lies: in the repository's root, or in the package."""
    return ROOT / token if (ROOT / token.split("/")[0]).exists() else PACKAGE / token


def test_there_is_a_recipe_for_each_thing_to_add() -> None:
    assert {path.stem for path in RECIPES} == {
        "agent",
        "exit_policy",
        "risk_rule",
        "screen",
        "setup",
        "venue",
        "workflow",
    }


@pytest.mark.parametrize("path", [*RECIPES, *DECISIONS], ids=name_of)
def test_pages_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


def test_decisions_are_numbered_without_a_hole() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    for path, number in zip(DECISIONS, numbers, strict=True):
        text = path.read_text()
        assert text.startswith(f"# {number:04d}: ")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_named_files_exist(path: Path) -> None:
    """A new file, written with NAME, must have a folder with siblings of its kind."""
    for token in files_named(path):
        home = home_of(token)
        if "NAME" in token:
            assert list(home.parent.glob(f"*{home.suffix}")), f"{token}: nothing like it in {home.parent}"
            if home.name.startswith("test_"):
                assert list(home.parent.glob("test_*.py")), f"{token}: no test in {home.parent}"
        elif "*" not in token:
            assert home.exists(), f"{path.name} names {token}, which does not exist"


@pytest.mark.parametrize("path", RECIPES, ids=name_of)
def test_a_recipe_lists_new_and_existing_files(path: Path) -> None:
    named = files_named(path)
    assert any("NAME" not in token for token in named)
    assert path.stem == "workflow" or any("NAME" in token for token in named)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_named_objects_exist(path: Path) -> None:
    for token in tokens(path):
        if re.fullmatch(r"ytc_tui(\.\w+)+", token):
            module, _, attribute = token.rpartition(".")
            assert hasattr(importlib.import_module(module), attribute), f"{path.name} names {token}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_named_settings_exist(path: Path) -> None:
    sections = set(Settings.model_fields)
    for token in tokens(path):
        if KEY.fullmatch(token) and token.split(".")[0] in sections and not token.endswith((".py", ".toml")):
            assert isinstance(resolve(token), KeySpec), f"{path.name} names {token}, which is no setting"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text()):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_recipe_is_linked_from_the_page_for_newcomers() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert all(f"docs/recipes/{path.name}" in text for path in RECIPES)


def commands() -> dict[str, Any]:
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    return dict(root.commands)


def test_the_readme_names_the_commands_that_exist_and_no_other() -> None:
    text = (ROOT / "README.md").read_text()
    named = set(re.findall(r"(?:`|^|\n)ytc ([a-z][a-z-]*)", text))
    assert named == set(commands())


def test_options_in_the_readme_exist() -> None:
    known = {"--set", "--quick"}
    for command in commands().values():
        for one in (command, *getattr(command, "commands", {}).values()):
            known |= {name for item in one.params for name in item.opts}
    text = (ROOT / "README.md").read_text()
    assert set(re.findall(r"--[a-z][a-z-]+", text)) <= known


def test_make_targets_on_the_pages_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in (*PAGES, *RECIPES):
        assert set(re.findall(r"(?:`|^|\n)make ([a-z-]+)", path.read_text())) <= targets


# ---- the registries are as the recipes say -----------------------------------------------------------


def modules_in(folder: str) -> set[str]:
    return {path.stem for path in (PACKAGE / folder).glob("*.py")} - {"__init__"}


def test_every_agent_file_is_found_and_kept_apart_from_the_others() -> None:
    names = {agent.spec.name for agent in discover()}
    assert names == modules_in("agents") - {"base", "registry"}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    apart = next(one for one in contracts if one["name"] == "Agents do not import each other")
    assert set(apart["modules"]) == {f"ytc_tui.agents.{name}" for name in names}


def test_every_setup_file_is_found() -> None:
    assert {kind.lower() for kind in finders()} == modules_in("analysis/setups")


def test_every_exit_policy_file_is_found() -> None:
    assert set(policies()) == modules_in("analysis/exits")


def test_every_risk_rule_file_is_found() -> None:
    assert {rule.name for rule in RULES} == modules_in("engine/risk") - NOT_RULES


def test_the_bundled_workflow_loads_and_has_a_step_for_every_agent() -> None:
    registry = Registry.build(discover())
    workflow = load_workflow(PACKAGE / "data" / "workflows" / "ytc_session.toml", registry)
    stepped = {step.agent for plan in workflow.phases.values() for step in plan.steps}
    assert stepped == set(registry.agents)


def test_the_page_of_keys_is_the_table_of_actions() -> None:
    """Where it differs, write `ytc_tui.screens.help.as_markdown()` into docs/keys.md."""
    assert (ROOT / "docs" / "keys.md").read_text() == as_markdown()

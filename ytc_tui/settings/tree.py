"""The whole tree of settings, one frozen section per concern.

Decides which sections there are and in which order the layers of values stand over each other.
Imports the sections and pydantic-settings. Invariant: `Settings()` is the defaults alone, whatever the
environment of the process holds; other values come in only as layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ytc_tui.model.session import Mode
from ytc_tui.settings.fields import AgentName, setting
from ytc_tui.settings.keeping import (
    GuardSettings,
    JournalSettings,
    LoggingSettings,
    NotifySettings,
    SecuritySettings,
)
from ytc_tui.settings.method import MethodSettings
from ytc_tui.settings.risk import RiskSettings
from ytc_tui.settings.running import (
    AgentSettings,
    FeedSettings,
    HandoffSettings,
    NotesSettings,
    OrchestratorSettings,
    PaperSettings,
    UiSettings,
)
from ytc_tui.settings.session import AccountSettings, SessionSettings
from ytc_tui.settings.trading import TradingSettings

LAYERS = "layers"


class TreeSource(PydanticBaseSettingsSource):
    """One layer of values (flags, environment or file) as a nested mapping."""

    def __init__(self, settings_cls: type[BaseSettings], tree: Mapping[str, Any]) -> None:
        super().__init__(settings_cls)
        self.tree = tree

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self.tree.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return dict(self.tree)


class Settings(BaseSettings):
    """Every setting. `Settings()` is the defaults alone; `load_settings` adds file, environment, flags."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True
    )

    mode: Mode = setting("paper", "Whose money: paper, sandbox or live. This release trades paper only.")
    session: SessionSettings = SessionSettings()
    account: AccountSettings = AccountSettings()
    method: MethodSettings = MethodSettings()
    trading: TradingSettings = TradingSettings()
    risk: RiskSettings = RiskSettings()
    orchestrator: OrchestratorSettings = OrchestratorSettings()
    handoff: HandoffSettings = HandoffSettings()
    paper: PaperSettings = PaperSettings()
    feed: FeedSettings = FeedSettings()
    journal: JournalSettings = JournalSettings()
    logging: LoggingSettings = LoggingSettings()
    notify: NotifySettings = NotifySettings()
    security: SecuritySettings = SecuritySettings()
    guard: GuardSettings = GuardSettings()
    notes: NotesSettings = NotesSettings()
    ui: UiSettings = UiSettings()
    agents: Mapping[AgentName, AgentSettings] = setting(
        {}, "Agents that run otherwise than their own spec says, one table each.", max_length=128
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Init values, then the layers given as `layers`, highest precedence first; never the process's
        own environment, which `load_settings` reads with names checked."""
        if not isinstance(init_settings, InitSettingsSource):
            raise TypeError("init values come from InitSettingsSource")
        trees = init_settings.init_kwargs.pop(LAYERS, ())
        return (init_settings, *(TreeSource(settings_cls, tree) for tree in trees))


def layered_settings(*trees: Mapping[str, Any]) -> Settings:
    """Settings from nested mappings, highest precedence first; raises pydantic's ValidationError."""
    values: dict[str, Any] = {LAYERS: trees}
    return Settings(**values)

"""How one setting is declared: meaning, range, spec 000 name, and whether it can change a decision.

Decides the rules shared by every section: unknown keys and booleans in the place of numbers are
refused, numbers are finite and of bounded length. Imports pydantic and nothing of ours.
Invariant: every field of a section is made by `setting`, so every key carries its meaning.
"""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::00)?")
_DECIMAL_EXPONENT_MIN = -8
_DECIMAL_EXPONENT_MAX = 12


def setting(
    default: Any,
    meaning: str,
    *,
    spec: str = "",
    allowed: str = "",
    decides: bool = True,
    name_case: str = "lower",
    **constraints: Any,
) -> Any:
    """A field of a section.

    `spec`: the spec 000 names it stands for, comma separated. `allowed`: words for a rule that the
    constraints do not show. `decides=False`: cannot change what is traded, so it stays out of the
    digest. `name_case`: upper or lower, for the free names of a table of names.
    """
    description = f"{meaning} (spec 000: {spec})" if spec else meaning
    extra: dict[str, Any] = {"allowed": allowed, "decides": decides, "name_case": name_case, "spec": spec}
    return Field(default, description=description, json_schema_extra=extra, **constraints)


class Section(BaseModel):
    """One concern of the settings: frozen, closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_boolean_number(cls, value: object, info: ValidationInfo) -> object:
        # pydantic reads true as 1: `max_positions = true` must not become one position.
        annotation = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and annotation is not bool:
            raise ValueError("a boolean where another kind of value belongs")
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _bound_digits(cls, value: object) -> object:
        if isinstance(value, Decimal):
            exponent = value.as_tuple().exponent
            if (
                not isinstance(exponent, int)
                or not _DECIMAL_EXPONENT_MIN <= exponent <= _DECIMAL_EXPONENT_MAX
            ):
                raise ValueError(f"more than {-_DECIMAL_EXPONENT_MIN} decimal places")
        return value


def _clock_time(value: object) -> object:
    if isinstance(value, time):
        text = value.isoformat()
    elif isinstance(value, str):
        text = value
    else:
        raise ValueError("not a time of day")
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError("not a time of day")
    hour, minute = match.groups()
    return time(int(hour), int(minute))


def known_zone(value: str) -> str:
    """`value` if it names an IANA time zone; ValueError if not."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("not an IANA time zone") from error
    return value


def choices(literal: object) -> tuple[str, ...]:
    """The values of a `Literal` of strings."""
    return get_args(literal)


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Zone = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(known_zone)]
Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,24}$")]
SetupName = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,8}$")]
CurrencyName = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
PolicyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
AgentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
ActionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
KeyName = Annotated[str, StringConstraints(min_length=1, max_length=32)]
MistakeCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,62}$")]
Text = Annotated[str, StringConstraints(max_length=128)]
PathText = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[^\x00]*$")]

CLOCK_ALLOWED = "a time of day in whole minutes, HH:MM, in quotes"
ZONE_ALLOWED = 'an IANA time zone, for example "UTC" or "Europe/Zurich"'

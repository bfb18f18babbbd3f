"""Colours by meaning.

Decides the palettes. Imports Textual only. Invariant: the default can be told apart by people who do not
see red and green (blue against orange), and no meaning rests on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

# What matters less, in Content; `$text-muted` is an "auto" colour, which there comes out as bright as can be.
MUTED = "$foreground 60%"

# Okabe and Ito's palette, lightened where it stands on a dark ground.
_BLUE, _ORANGE, _VERMILLION, _YELLOW, _GREY = "#56b4e9", "#e69f00", "#f0743e", "#f0e442", "#8a93a2"

DARK = Theme(
    name="ytc-dark",
    primary="#4c8dbb",
    secondary="#9aa5b5",
    accent="#7cc7c1",
    foreground="#d7dce4",
    background="#10141a",
    surface="#161b23",
    panel="#1f2630",
    success=_BLUE,
    warning=_ORANGE,
    error=_VERMILLION,
    dark=True,
    variables={
        "gain": _BLUE,
        "loss": _VERMILLION,
        "stale": _GREY,
        "notice": _YELLOW,
        "footer-key-foreground": _YELLOW,
    },
)
LIGHT = Theme(
    name="ytc-light",
    primary="#0072b2",
    secondary="#5a6472",
    accent="#00756d",
    foreground="#1b222c",
    background="#f7f8fa",
    surface="#ffffff",
    panel="#e8ecf1",
    success="#0067a3",
    warning="#8a5a00",
    error="#b23c00",
    dark=False,
    variables={
        "gain": "#0067a3",
        "loss": "#b23c00",
        "stale": "#5f6874",
        "notice": "#7a6400",
        "footer-key-foreground": "#0067a3",
    },
)
THEMES = (DARK, LIGHT)
# Grounds that terminals which set COLORFGBG count as light: white, and bright white.
_LIGHT_GROUNDS = frozenset({"7", "15"})


def theme_for(wanted: str, environ: Mapping[str, str]) -> str:
    """The name of the theme that the setting `ui.theme` wants; "auto" is dark unless the terminal says that
    its ground is light."""
    if wanted == "auto":
        light = environ.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_GROUNDS
    else:
        light = wanted == "light"
    return LIGHT.name if light else DARK.name

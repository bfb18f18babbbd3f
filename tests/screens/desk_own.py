"""The desk of an operator who has said something: a bias, a level and a band."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_views import Scene, at, chart_view
from ytc_tui.model.own import Bias, LevelAlert, OwnBias, OwnLevel
from ytc_tui.model.structure import ZoneRole
from ytc_tui.views.chart import ChartLine, ChartZone, LineKind
from ytc_tui.views.own import OwnView

OWN = OwnView(
    levels=(
        OwnLevel("ETHUSDT@1478", "ETHUSDT", Decimal(1478), Decimal(1478), None, "weekly open", "ada"),
        OwnLevel(
            "ETHUSDT@1455..1460",
            "ETHUSDT",
            Decimal(1455),
            Decimal(1460),
            ZoneRole.SUPPORT,
            "",
            "ada",
            alert=LevelAlert.TOUCH,
        ),
    ),
    biases=(OwnBias("ETHUSDT", Bias.SHORT_ONLY, "trend is down", "ada", at(23, 59)),),
    notes=0,
    mistake_codes=("chased", "early_exit", "other"),
)


def own_view() -> Scene:
    """The trade with a bias, a level and a band of the operator's."""
    chart = chart_view(held=True)
    lines = (ChartLine(LineKind.OWN, 1478.0, "weekly open"), ChartLine(LineKind.OWN, 1457.5, "own"))
    band = ChartZone(ZoneRole.SUPPORT, 1455.0, 1460.0, 4)
    drawn = replace(chart, lines=(*chart.lines, *lines), zones=(*chart.zones, band))
    return in_trade(**{"own": OWN, "chart/ETHUSDT/1": drawn})

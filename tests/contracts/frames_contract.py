"""What every EngineClient's frames must be, in the same process or behind a door.

A test file makes a class `TestMyClient(FramesContract)` with a fixture `bench` that gives a `DoorBench`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tests.contracts.door_contract import DoorBench, alerts_view
from ytc_tui.client import Frame
from ytc_tui.errors import UsageInvalid, YtcError
from ytc_tui.views.catalog import chart_name, past_name
from ytc_tui.views.chart import Candle, ChartPast, ChartView


class FramesContract:
    async def test_the_first_frame_holds_everything(self, bench: DoorBench) -> None:
        async with aclosing(bench.client.frames(["alerts", "risk"])) as frames:
            first = await anext(frames)
        assert (first.number, first.at_ns) == (1, 42)
        assert first.views == {"alerts": alerts_view(1), "risk": None}

    async def test_later_frames_hold_what_changed(self, bench: DoorBench) -> None:
        async with aclosing(bench.client.frames(["alerts", "risk"])) as frames:
            await anext(frames)
            bench.engine.shown["alerts"] = alerts_view(2)
            changed = await _until(frames, "alerts")
            assert changed.views == {"alerts": alerts_view(2)}

    async def test_an_engine_with_no_news_says_that_it_lives(self, bench: DoorBench) -> None:
        async with aclosing(bench.client.frames(["alerts"])) as frames:
            await anext(frames)
            assert (await anext(frames)).views == {}

    async def test_who_does_not_look_gets_the_latest(self, bench: DoorBench) -> None:
        async with aclosing(bench.client.frames(["alerts"])) as frames:
            await anext(frames)
            for count in range(2, 7):
                bench.engine.shown["alerts"] = alerts_view(count)
                await bench.engine.built_again(2)
            seen = [await _until(frames, "alerts")]
            while seen[-1].views["alerts"] != alerts_view(6):
                seen.append(await _until(frames, "alerts"))
            assert [frame.number for frame in seen] == sorted(frame.number for frame in seen)

    async def test_a_chart_arrives_whole(self, bench: DoorBench) -> None:
        name = chart_name("BTCUSDT", 3)
        chart = ChartView("BTCUSDT", 3, 2, 1.5, (Candle(60, 1.0, 2.5, 0.25, 1.5),))
        before = past_name("BTCUSDT", 3)
        past = ChartPast(
            "BTCUSDT", 3, 60, (Candle(0, 1.0, 1.0, 1.0, 1.0, 7.5), Candle(30, 1.0, 2.0, 1.0, 2.0))
        )
        bench.engine.shown |= {name: chart, before: past}
        async with aclosing(bench.client.frames([name, before])) as frames:
            assert (await anext(frames)).views == {name: chart, before: past}

    async def test_nobody_watching_nothing_built(self, bench: DoorBench) -> None:
        async with aclosing(bench.client.frames(["alerts"])) as frames:
            await anext(frames)
        async with asyncio.timeout(10):
            while bench.engine.watching.watched:  # noqa: ASYNC110 the server notices in its own time
                await asyncio.sleep(0.01)
        built = bench.engine.built
        await asyncio.sleep(0.25)
        assert (bench.engine.watching.watched, bench.engine.built) == (0, built)

    async def test_several_watchers_share_what_is_built(self, bench: DoorBench) -> None:
        client = bench.client
        async with aclosing(client.frames(["alerts"])) as one, aclosing(client.frames(["risk"])) as other:
            await anext(one)
            await anext(other)
            bench.engine.shown["alerts"] = alerts_view(3)
            assert (await _until(one, "alerts")).views == {"alerts": alerts_view(3)}
            assert "alerts" not in (await anext(other)).views

    @pytest.mark.parametrize("names", [["no-such-view"], ["chart/BTCUSDT"], ["past/btc/1"], []])
    async def test_a_view_that_does_not_exist_is_refused(self, bench: DoorBench, names: list[str]) -> None:
        with pytest.raises(UsageInvalid):
            await anext(bench.client.frames(names))

    async def test_a_view_that_cannot_be_built_ends_the_frames(self, bench: DoorBench) -> None:
        async with aclosing(bench.client.frames(["alerts"])) as frames:
            await anext(frames)
            bench.engine.failure = YtcError("a view is broken")
            with pytest.raises(YtcError):
                while True:
                    await anext(frames)


async def _until(frames: AsyncGenerator[Frame, None], name: str) -> Frame:
    """The next frame that shows `name`."""
    async with asyncio.timeout(10):
        while True:
            frame = await anext(frames)
            if name in frame.views:
                return frame

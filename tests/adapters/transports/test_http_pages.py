"""What the server makes of foreign questions about the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.contracts.door_contract import RecordingEngine
from ytc_tui.adapters.transports.http import DoorServer


@pytest.fixture
async def raw(server: DoorServer) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(uds=str(server.socket_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://x/api/orchestrator") as raw:
        yield raw


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Invalid JSON"),
        ("[]", "Input should be an object"),
        ('{"rows": true}', "rows"),
        (
            '{"conditions": [{"kind": "words", "value": "x", "colour": 1}]}',
            "unknown field 'conditions.0.colour'",
        ),
        ('{"row": 5}', "unknown field 'row'"),
        ('{"rows": "many"}', "rows"),
        ('{"conditions": [{"kind": "colour", "value": "red"}]}', "conditions.0.kind"),
        ('{"conditions": [{"kind": "words"}]}', "conditions.0.value is missing"),
        ('{"rows": 5000}', "a page of 5000 rows"),
        ('{"from_ns": 1e400}', "from_ns"),
    ],
)
async def test_a_query_that_is_none_is_refused_with_the_reason(
    raw: httpx.AsyncClient, engine: RecordingEngine, query: str, said: str
) -> None:
    answer = await raw.get("/journal", params={"query": query})
    assert answer.status_code == 422
    assert said in answer.json()["what"]
    assert engine.queries == []


@pytest.mark.parametrize("seq", ["", "x", "-1", "1.5", "٣", "9" * 19])
async def test_the_number_of_an_entry_is_checked(raw: httpx.AsyncClient, seq: str) -> None:
    answer = await raw.get("/journal/entry", params={"seq": seq})
    assert (answer.status_code, answer.json()["error"]) == (422, "UsageInvalid")

"""The chain: any edit, removal, reordering or insertion is found at its exact place."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from ytc_tui.model.chain import ChainHead, Entry, SignedHead, fingerprint, first_fault


def chain_of(bodies: list[str]) -> list[Entry]:
    head = ChainHead("s")
    return [head.link(at, "Thing", 1, "c", str(at), body) for at, body in enumerate(bodies)]


bodies = st.lists(st.text(max_size=20), min_size=2, max_size=12)


@given(bodies)
def test_an_untouched_chain_has_no_fault(texts: list[str]) -> None:
    assert first_fault(chain_of(texts)) is None


@given(bodies, st.data())
def test_an_edited_field_is_found_where_it_is(texts: list[str], data: st.DataObject) -> None:
    entries = chain_of(texts)
    place = data.draw(st.integers(0, len(entries) - 1))
    field = data.draw(st.sampled_from(["at", "session", "type", "v", "correlation", "causation", "body"]))
    old = getattr(entries[place], field)
    changed: dict[str, Any] = {field: old + 1 if isinstance(old, int) else old + "x"}
    entries[place] = entries[place]._replace(**changed)
    fault = first_fault(entries)
    assert fault is not None
    assert fault.seq == place + 1


@given(bodies, st.data())
def test_a_removed_entry_is_found(texts: list[str], data: st.DataObject) -> None:
    entries = chain_of(texts)
    place = data.draw(st.integers(0, len(entries) - 2))
    del entries[place]
    fault = first_fault(entries)
    assert fault is not None
    assert fault.seq == place + 1


def test_a_chain_goes_on_from_a_head() -> None:
    entries = chain_of(["a", "b", "c"])
    assert first_fault(entries[2:], seq=2, prev_hash=entries[1].hash) is None


def test_an_entry_that_follows_another_one_is_found() -> None:
    one, other = ChainHead("s"), ChainHead("s")
    entries = [one.link(1, "Kind", 1, "", "", "{}"), one.link(2, "Kind", 1, "", "", "{}")]
    other.link(1, "Kind", 1, "", "", '{"a":1}')
    fault = first_fault([entries[0], other.link(2, "Kind", 1, "", "", "{}")])
    assert fault is not None
    assert (fault.seq, fault.reason) == (2, "does not continue the entry before it")
    assert fault.expected == entries[0].hash != fault.found


def test_a_head_is_signed_with_the_bars_that_it_covers() -> None:
    plain = SignedHead("s", 7, "ab", 5, "key", "signature")
    covering = SignedHead("s", 7, "ab", 5, "key", "signature", 400, "cd")
    assert plain.message() == b"ytc-head-1\ns\n7\nab\n5"
    assert covering.message() == b"ytc-head-2\ns\n7\nab\n5\n400\ncd"


def test_a_key_is_compared_by_sixteen_digits() -> None:
    assert fingerprint("") == "e3b0c44298fc1c14"

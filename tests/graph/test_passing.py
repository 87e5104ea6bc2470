"""Graphs to go through once."""

from __future__ import annotations

import pytest

import linkdata
from linkdata.graph import passing as under_test
from linkdata.graph.entity import Entity
from linkdata.graph.passing import passing

TEXT = 'data: {a: {x: "#n"}, b: [{y: 1}], c: {from: "#data.a", z: {}}}\nn: {l: [[1], [t]]}\n'


def test_it_forgets_what_nobody_holds() -> None:
    ds = linkdata.loads(TEXT)
    through = passing(ds.graph)
    held = through.look_up("#data.a")
    assert through.look_up("#data.a") is held
    through.forget()
    assert isinstance(held, Entity)
    assert through.look_up("#data.a") is not held
    assert held.get("x").iri == through.look_up("#n").iri  # what is held can still be asked


def test_what_users_hold_stays_as_it_is() -> None:
    ds = linkdata.loads(TEXT)
    before = ds.graph.look_up("#data.a")
    through = passing(ds.graph)
    list(through.walk())
    through.forget()
    assert ds.graph.look_up("#data.a") is before
    assert len(ds.graph.known()) == 1


def test_the_walk_is_the_same_however_often_it_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    ds = linkdata.loads(TEXT)
    expected = [entity.iri for entity in ds.graph.walk()]
    monkeypatch.setattr(under_test, "KEPT", 1)
    assert [entity.iri for entity in passing(ds.graph).walk()] == expected
    assert len(expected) == len(set(expected))


def test_what_was_set_in_memory_counts() -> None:
    ds = linkdata.loads(TEXT)
    ds.data.a.x = 2
    through = passing(ds.graph)
    through.forget()
    held = through.look_up("#data.a")
    assert isinstance(held, Entity)
    assert held.get("x") == 2

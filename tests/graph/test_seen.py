"""Which objects were met, without keeping them."""

from __future__ import annotations

from pathlib import Path

import h5py
from hypothesis import given, settings

import linkdata
from linkdata.graph.changes import Made
from linkdata.graph.graph import Graph
from linkdata.graph.seen import Seen
from linkdata.testing.strategies import Sample, documents

FILE = "{type: hdf5, source: 'x:/'}"
HEAD = "meta: {id: d, base: 'http://b/', prefixes: {x: {path: x.h5}}}\n"


@settings(max_examples=40, deadline=None)
@given(documents())
def test_every_object_of_a_text_is_met_once(sample: Sample) -> None:
    made = linkdata.loads(sample.text).graph
    seen = Seen(made.registry)
    walked = list(made.walk())
    assert all(seen.add(entity) for entity in walked)
    assert not any(seen.add(entity) for entity in walked)


def test_objects_without_a_text_between_other_signs() -> None:
    made = linkdata.loads("data: [a: , b: , c: {}]\ne: [{f: }, {g}, h: ]\n").graph
    assert len(list(made.walk())) == 8


def objects(made: Graph) -> list[str]:
    return [entity.iri.partition("#")[2] for entity in made.walk()]


def file(folder: Path) -> None:
    with h5py.File(folder / "x.h5", "w") as made:
        made.create_group("a/b/c")
        made["again"] = made["a/b"]


def opened(folder: Path, text: str) -> Graph:
    return linkdata.loads(HEAD + text, base=folder / "d.yaml").graph


def test_what_a_file_holds_is_met_once(tmp_path: Path) -> None:
    file(tmp_path)
    found = objects(opened(tmp_path, f"data: {{from: {FILE}}}\n"))
    assert found == ["data", "data.a", "data.a.b", "data.a.b.c"]


def test_what_two_objects_bring_is_met_once(tmp_path: Path) -> None:
    file(tmp_path)
    inner = FILE.replace("x:/", "x:/a/b")
    found = objects(opened(tmp_path, f"data: {{p: {{from: {FILE}}}, q: {{from: {inner}}}}}\n"))
    assert found == ["data", "data.p", "data.a", "data.a.b", "data.a.b.c", "data.q"]


def test_what_is_laid_over_the_same_object_is_another_each_time() -> None:
    text = 'base: {part: {x: 1}}\ndata: {p: {from: "#base", part: {y: 1}}, q: {from: "#base"}}\n'
    found = objects(linkdata.loads(text).graph)
    assert found == ["data", "data.p", "data.p.part", "data.q", "base.part", "base"]


def test_objects_made_in_memory_are_each_their_own() -> None:
    made = linkdata.loads("data: {}\n").graph
    seen = Seen(made.registry)
    one, two = Made("x"), Made("x")
    assert [seen.add(each) for each in (one, two, one)] == [True, True, False]

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given, settings

from linkdata.arrays.inline import InlineArray
from linkdata.errors import FieldError, LinkdataError, ResolutionError
from linkdata.graph.entity import Entity, Link
from linkdata.graph.graph import Graph
from linkdata.resolve.bindings import Binder
from linkdata.resolve.loader import Loader
from linkdata.resolve.retrievers import MapRetriever
from linkdata.roots import Roots
from linkdata.syntax.references import format_path
from linkdata.testing.strategies import Sample, documents


def graph(text: str, **others: str) -> Graph:
    texts = {f"http://x/{name}.yaml": other for name, other in others.items()}
    retriever = MapRetriever(texts | {"http://x/a.yaml": text})
    registry = Loader(retriever).load("http://x/a.yaml", "a.yaml")
    assert registry.root.diagnostics == ()
    return Graph(registry, registry.root.contexts[0], Binder(Roots()))


def entity(made: Graph, reference: str) -> Entity:
    found = made.look_up(reference)
    assert isinstance(found, Entity)
    return found


# Properties


@settings(max_examples=100, deadline=None)
@given(documents())
def test_every_object_is_found_at_its_path_with_its_identity(sample: Sample) -> None:
    made = graph(sample.text)
    for path in sample.objects:
        assert entity(made, f"#{format_path(path)}").iri == made.context.identity(path)


@settings(max_examples=100, deadline=None)
@given(documents())
def test_every_reference_leads_to_the_object_at_its_path(sample: Sample) -> None:
    made = graph(sample.text)
    for slot, target in sample.references.items():
        found = entity(made, f"#{format_path(slot)}")
        assert found is entity(made, f"#{format_path(target)}")
        assert found.iri == made.context.identity(target)


@settings(max_examples=100, deadline=None)
@given(documents())
def test_identities_do_not_depend_on_the_order_of_keys(sample: Sample) -> None:
    one, two = graph(sample.text), graph(sample.reordered())
    for path in sample.objects:
        reference = f"#{format_path(path)}"
        assert entity(one, reference).iri == entity(two, reference).iri
        assert set(entity(one, reference).keys()) == set(entity(two, reference).keys())


@settings(max_examples=100, deadline=None)
@given(documents())
def test_a_walk_meets_each_object_at_most_once(sample: Sample) -> None:
    made = graph(sample.text)
    walked = [found.iri for found in made.walk()]
    assert len(set(walked)) == len(walked)
    data = made.context.identity(("data",))
    assert data in walked


@settings(max_examples=100, deadline=None)
@given(documents())
def test_what_is_asked_for_first_makes_no_difference(sample: Sample) -> None:
    one, two = graph(sample.text), graph(sample.text)
    references = [f"#{format_path(path)}" for path in (*sample.objects, *sample.references)]
    forward = {reference: entity(one, reference).iri for reference in references}
    backward = {reference: entity(two, reference).iri for reference in reversed(references)}
    assert forward == backward


# Routes


ROUTES = """\
n: &n {x: {y: {}}}
data:
  ref: "#n"
  alias: *n
  through: "#data.ref"
  list: ["#n", *n]
  named: [{one: {z: {}}}]
"""


@pytest.mark.parametrize(
    "reference",
    ["#n", "#data.ref", "#data.alias", "#data.through", "#data.list[0]", "#data.list[1]", "@n"],
)
def test_an_object_is_the_same_on_every_route(reference: str) -> None:
    made = graph(ROUTES)
    assert entity(made, reference) is entity(made, "#n")
    if reference != "@n":
        assert entity(made, f"{reference}.x.y").iri == "urn:linkdata:a#n.x.y"


def test_an_entry_is_the_same_by_name_and_by_position() -> None:
    made = graph(ROUTES)
    assert entity(made, "#data.named[0].z") is entity(made, "#data.named.one.z")


def test_the_same_object_from_another_document() -> None:
    made = graph('x: "./b.yaml#y"\n', b='meta: {id: b, base: http://b/}\ny: {z: "./a.yaml#w"}\n')
    assert entity(made, "#x").iri == "http://b/b#y"


def test_the_document_itself() -> None:
    made = graph("meta: {id: d, base: http://b/}\nprefixes: {}\nstorage: {s: 1}\ndata: {}\nn: 1\n")
    assert entity(made, "#") is made.document
    assert (made.document.iri, made.document.keys()) == ("http://b/d", ["data", "n"])


# Values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("true", True), ("~", None), ("x", "x"), ('"##x"', "#x"), ('"@@"', "@"),
        ('!!str "##x"', "##x"), ('"p:/x"', "p:/x"), ('"#1 of 3"', "#1 of 3"), ("001", "001"),
        ("[a, 1]", ["a", 1]), ("[]", []), ("[[1], [1, 2]]", None),
    ],
)  # fmt: skip
def test_values(text: str, value: object) -> None:
    found = graph(f"data: {{x: {text}}}\n").document.get("data").get("x")
    if value is None and text != "~":
        assert [list(item) for item in found] == [[1], [1, 2]]
    else:
        assert type(found) is type(value)
        assert found == value


@pytest.mark.parametrize(
    ("text", "dtype", "shape"),
    [
        ("[1, 2]", "int64", (2,)),
        ("[[1, 2.5], [3, 4]]", "float64", (2, 2)),
        ("[.nan, .inf]", "float64", (2,)),
        ("[18446744073709551615, 1]", "uint64", (2,)),
        ("[100000000000000000000]", "object", (1,)),
    ],
)
def test_lists_of_numbers_are_arrays(text: str, dtype: str, shape: tuple[int, ...]) -> None:
    found = graph(f"data: {{x: {text}}}\n").document.get("data").get("x")
    assert isinstance(found, InlineArray)
    assert (str(found.dtype), found.shape) == (dtype, shape)


def test_an_array_with_an_alias_in_it() -> None:
    found = graph("data: {a: &a [1, 2], x: [*a, *a]}\n").document.get("data").get("x")
    assert [item.tolist() for item in found] == [[1, 2], [1, 2]]


@pytest.mark.parametrize(
    "text", ['{a: ["#data.a"]}', '{a: ["#data.b"], b: ["#data.a"]}', '{a: [x, [y, "#data.a"]]}']
)
def test_a_list_that_refers_to_itself(text: str) -> None:
    with contextlib.suppress(LinkdataError):
        graph(f"data: {text}\n").document.get("data").get("a")


def test_objects_that_refer_to_each_other() -> None:
    made = graph('data: {a: {b: "#data.b"}, b: {a: "#data.a", l: ["#data.b"]}}\n')
    assert entity(made, "#data.a.b.a.b.l[0]") is entity(made, "#data.b")
    assert len(list(made.walk())) == 3


def test_what_is_missing_is_told_with_a_hint() -> None:
    with pytest.raises(FieldError) as caught:
        entity(graph("data: {shank0: 1}\n"), "#data").get("shank1")
    assert caught.value.diagnostic.hint == "did you mean `shank0`?"
    assert str(caught.value.diagnostic.span) == "a.yaml:1:7"
    with pytest.raises(FieldError) as caught:
        entity(graph("data: {x: 1, y: 2}\n"), "#data").get("other")
    assert caught.value.diagnostic.hint == "it has `x`, `y`"


def test_a_dangling_reference_raises_when_it_is_followed() -> None:
    data = entity(graph('data: {x: "#nope", y: 1}\n'), "#data")
    assert data.keys() == ["x", "y"]
    with pytest.raises(ResolutionError):
        data.get("x")


@pytest.mark.parametrize(
    "origin",
    [
        "hello",
        "5",
        "{type: hdf5}",
        '{type: hdf5, source: "nofile:/x"}',
        '{type: hdf5, source: "#n"}',
    ],
)
def test_a_from_of_the_wrong_form_raises_when_it_is_followed(origin: str) -> None:
    made = graph(f"n: {{}}\ndata: {{a: {{from: {origin}}}}}\n")
    with pytest.raises(LinkdataError):
        entity(made, "#data.a").keys()


# Classes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Thing", "urn:linkdata:term:Thing"),
        ("a b", "urn:linkdata:term:a%20b"),
        ("obo:X", "http://obo/X"),
        ("core:X", "urn:linkdata:schema:nwb:X"),
        ("http://x/Y", "http://x/Y"),
        ("urn:y", "urn:y"),
    ],
)
def test_classes(name: str, expected: str) -> None:
    meta = "meta: {prefixes: {obo: http://obo/}, imports: {nwb: {as: core}}}\n"
    text = f"{meta}data: {{is_a: '{name}'}}\n"
    data = entity(graph(text), "#data")
    assert (data.is_a, data.class_iri) == (name, expected)


def test_a_class_of_an_unknown_prefix() -> None:
    data = entity(graph("prefixes: {obo: http://obo/}\ndata: {is_a: 'ob:X'}\n"), "#data")
    with pytest.raises(ResolutionError) as caught:
        _ = data.class_iri
    assert caught.value.diagnostic.hint == "did you mean `obo`?"


def test_a_class_is_inherited_and_means_what_its_document_says() -> None:
    made = graph('data: {from: "./b.yaml#x"}\n', b="prefixes: {o: http://o/}\nx: {is_a: 'o:X'}\n")
    assert entity(made, "#data").class_iri == "http://o/X"


# Walks


def test_the_walk_goes_through_what_is_placed() -> None:
    made = graph('b: {c: {}}\na: {}\nu: {v: {}}\ndata: {x: "#b", y: {z: "#a"}, w: "#b"}\n')
    paths = [found.iri.partition("#")[2] for found in made.walk()]
    assert paths == ["data", "b", "b.c", "data.y", "a", "u", "u.v"]


def test_ten_thousand_objects_in_a_row_are_walked_without_recursion() -> None:
    length = 10_000
    text = "".join(f'n{at}: {{next: "#n{at + 1}"}}\n' for at in range(length))
    assert len(list(graph(f'data: {{x: "#n0"}}\n{text}n{length}: {{}}\n').walk())) == length + 2


def test_links_know_who_owns_and_where_it_was_said() -> None:
    made = graph('n: {}\ndata: {a: {}, b: "#n", c: "#n"}\n')
    data = entity(made, "#data")
    found: dict[str, Any] = {key: data.link(key) for key in data}
    assert all(isinstance(link, Link) for link in found.values())
    assert {key: (link.owned, str(link.span)) for key, link in found.items()} == {
        "a": (True, "None"), "b": (True, "a.yaml:2:18"), "c": (False, "a.yaml:2:27"),
    }  # fmt: skip


def test_numbers_that_are_not() -> None:
    assert math.isnan(entity(graph("data: {x: .nan}\n"), "#data").get("x"))


@pytest.mark.parametrize("data", ["#n", "./b.yaml#n", "#m"])
def test_data_that_is_a_reference_is_walked(data: str) -> None:
    made = graph(f'n: {{x: {{}}}}\nm: "#n"\ndata: "{data}"\n', b="n: {x: {}}\n")
    found = made.data
    assert isinstance(found, Entity)
    assert found in list(made.walk())

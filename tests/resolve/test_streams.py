from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkdata.errors import LinkdataError, ResolutionError
from linkdata.resolve.loader import Loader
from linkdata.resolve.registry import Context
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.retrievers import MapRetriever
from linkdata.resolve.streams import MAX_STEPS, Streams
from linkdata.resolve.targets import Target
from linkdata.syntax.nodes import Step
from linkdata.syntax.references import parse_path


class Walking(Resolver):
    """Counts the paths that are walked from a root."""

    walks = 0

    def walk(self, target: Target, path: tuple[Step, ...]) -> Target:
        self.walks += 1
        return super().walk(target, path)


def world(stream: str, user: str) -> tuple[Walking, Context]:
    texts = {"http://x/a.yaml": user, "http://x/s.yaml": stream, "http://x/base.yaml": BASE}
    registry = Loader(MapRetriever(texts)).load("http://x/a.yaml")
    return Walking(registry), registry.root.contexts[0]


def outcome(resolver: Resolver, context: Context, reference: str) -> object:
    try:
        target = resolver.resolve_text(context, reference)
    except LinkdataError as problem:
        return problem.code
    return target.context.document.index


def test_references_into_a_stream_do_not_try_all_documents() -> None:
    count = 200
    stream = "---\n".join(f"data: {{n{n}: {n}}}\n" for n in range(count))
    user = "".join(f"r{n}: './s.yaml#data.n{n}'\n" for n in range(count))
    resolver, context = world(stream, user)
    found = [resolver.resolve(context, one) for one in context.document.candidates]
    assert [one.context.document.index for one in found] == list(range(count))
    assert resolver.walks <= 4 * count


BASE = "data: {deep: {z: 1}, gone: 2}\n"
STREAM = """\
data: {a: {x: 1}, both: 1}
---
meta: {extends: base.yaml}
data: {b: {from: "#c"}, both: 2, gone: ~}
c: {y: 1}
---
data: "#other"
other: {d: [1, {e: 2}]}
---
meta: {prefixes: {file: {path: f.h5}}}
data: {f: 1}
in_file: {from: {type: hdf5, source: "file:/"}}
---
data: "#data"
"""


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("./s.yaml#data.a.x", "reference-cycle"),
        ("./s.yaml#other.d[1].e", 2),
        ("./s.yaml#c.y", 1),
        ("./s.yaml#in_file.anything.below", 3),
        ("./s.yaml#none", "reference-dangling"),
        ("./s.yaml#data", "reference-ambiguous"),
        ("./s.yaml#", "reference-ambiguous"),
    ],
)
def test_a_path_leads_to_the_one_document_that_has_it(reference: str, expected: object) -> None:
    resolver, context = world(STREAM, "x: './s.yaml#c'\n")
    assert outcome(resolver, context, reference) == expected


def test_what_is_inherited_and_brought_counts() -> None:
    resolver, context = world(STREAM.rpartition("---")[0], "x: './s.yaml#data.b'\n")
    assert outcome(resolver, context, "./s.yaml#data.b.y") == 1
    assert outcome(resolver, context, "./s.yaml#data.deep.z") == 0  # written in the base
    assert outcome(resolver, context, "./s.yaml#data.both") == "reference-ambiguous"
    assert outcome(resolver, context, "./s.yaml#data.gone") == "reference-dangling"


def test_a_path_as_long_as_you_like() -> None:
    depth = 60
    nested = "{a: " * depth + "1" + "}" * depth
    resolver, context = world(f"data: {nested}\n---\ndata: {{b: 1}}\n", "x: './s.yaml#data'\n")
    assert depth > MAX_STEPS
    path = ".".join(["a"] * depth)
    assert outcome(resolver, context, f"./s.yaml#data.{path}") == 0
    assert outcome(resolver, context, f"./s.yaml#data.{path}.a") == "reference-dangling"


def test_the_names_are_put_together_once() -> None:
    asked: list[int] = []

    def names(context: Context, path: tuple[Step, ...]) -> list[str]:
        asked.append(context.document.index)
        return ["a"]

    resolver, _ = world(STREAM, "x: './s.yaml#c'\n")
    contexts = resolver.registry.resources["http://x/s.yaml"].contexts
    streams = Streams(names)
    path = parse_path("a.b") or ()
    assert streams.having(contexts, path) == streams.having(contexts, path) == []
    assert asked == [0, 1, 2, 3, 4] * 2  # once at the root, once below `a`


KEYS = st.sampled_from("abc")
TREES = st.recursive(st.just(1), lambda inner: st.dictionaries(KEYS, inner, max_size=3))


@given(st.lists(st.dictionaries(KEYS, TREES, max_size=3), min_size=2, max_size=6),
       st.lists(KEYS, min_size=1, max_size=4))  # fmt: skip
def test_the_same_as_trying_all_documents(trees: list[dict[str, object]], path: list[str]) -> None:
    import json

    stream = "\n---\n".join(json.dumps({"data": tree}) for tree in trees)
    resolver, context = world(stream, "x: './s.yaml#data'\n")
    reference = "./s.yaml#data." + ".".join(path)

    def has(tree: object) -> bool:
        for step in path:
            if not isinstance(tree, dict) or step not in tree:
                return False
            tree = tree[step]
        return True

    having = [number for number, tree in enumerate(trees) if has(tree)]
    expected = {0: "reference-dangling", 1: having[0] if having else None}
    assert outcome(resolver, context, reference) == expected.get(len(having), "reference-ambiguous")


def test_a_circle_through_a_stream_is_told() -> None:
    resolver, context = world(
        "data: {y: './s.yaml#data.y'}\n---\ndata: {z: 1}\n", "x: './s.yaml#z'\n"
    )
    with pytest.raises(ResolutionError):
        resolver.resolve_text(context, "./s.yaml#data.y")

from __future__ import annotations

import contextlib
import hashlib

import pytest

from linkdata.errors import DigestMismatchError, RetrievalError, TextError
from linkdata.resolve import loader as loading
from linkdata.resolve.loader import Loader, stem
from linkdata.resolve.registry import Registry
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.retrievers import MapRetriever, Retrieved
from linkdata.spans import Span
from linkdata.syntax.nodes import Scalar


class Counting(MapRetriever):
    def __init__(self, texts: dict[str, str | bytes]) -> None:
        super().__init__(texts)
        self.asked: list[str] = []

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        self.asked.append(location.removeprefix("http://x/"))
        return super().retrieve(location, span)


def counting(**texts: str | bytes) -> Counting:
    return Counting({f"http://x/{name}.yaml": text for name, text in texts.items()})


def load(**texts: str | bytes) -> Registry:
    return Loader(counting(**texts)).load("http://x/a.yaml", "a.yaml")


def chain(levels: int) -> Registry:
    texts = {f"http://x/{n}.yaml": f"meta: {{extends: {n + 1}.yaml}}\n" for n in range(levels)}
    loader = Loader(MapRetriever({**texts, f"http://x/{levels}.yaml": "x: 1\n"}))
    return loader.load("http://x/0.yaml")


def value(registry: Registry, reference: str) -> object:
    context = registry.root.contexts[0]
    node = Resolver(registry).resolve_text(context, reference).node
    assert isinstance(node, Scalar)
    return node.value


def codes(registry: Registry) -> list[str]:
    return [f"{found.code} {found.span}" for found in registry.root.diagnostics]


def test_each_location_is_read_once() -> None:
    retriever = counting(
        a='meta: {extends: [b.yaml, b.yaml]}\nx: ["./b.yaml#x", "./c.yaml#x", "./a.yaml#x"]\n',
        b='x: "./c.yaml#x"\n',
        c='x: "./a.yaml#x"\n',
    )
    registry = Loader(retriever).load("http://x/a.yaml")
    assert sorted(retriever.asked) == ["a.yaml", "b.yaml", "c.yaml"]
    assert len(registry.resources) == 3


def test_a_prefix_that_nothing_uses_is_not_loaded() -> None:
    retriever = counting(
        a='prefixes: {p: {path: b.yaml}, q: {path: c.yaml}}\nx: "p:#x"\n', b="x: 1"
    )
    Loader(retriever).load("http://x/a.yaml")
    assert retriever.asked == ["a.yaml", "b.yaml"]


def test_a_file_inside_a_source_is_not_loaded() -> None:
    retriever = counting(a='prefixes: {p: {path: b.h5}}\nx: "p:/x"\n')
    Loader(retriever).load("http://x/a.yaml")
    assert retriever.asked == ["a.yaml"]


def test_what_cannot_be_had_is_told_to_who_follows() -> None:
    registry = load(a='x: "./none.yaml#x"\n')
    assert registry.root.diagnostics == ()
    with pytest.raises(RetrievalError) as caught:
        value(registry, "#x")
    assert caught.value.code == "resource-missing"
    assert str(caught.value.diagnostic.span) == "a.yaml:1:4"


def test_a_document_that_is_not_there_raises() -> None:
    with pytest.raises(RetrievalError):
        load(b="x: 1")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xff", "text-encoding"), (b"\x89HDF\r\n\x1a\n123", "resource-not-document")],
)
def test_a_document_without_a_text_raises(content: bytes, code: str) -> None:
    with pytest.raises((TextError, RetrievalError)) as caught:
        load(a=content)
    assert caught.value.code == code


def test_what_is_wrong_in_the_text_is_in_the_diagnostics() -> None:
    assert codes(load(a="a: 1\na: 2\n")) == ["yaml-duplicate-key a.yaml:2:1"]


def test_inheritance() -> None:
    context = load(
        a="meta: {extends: [b.yaml, c.yaml], prefixes: {own: urn:a}}\n",
        b="meta: {base: 'urn:b:', prefixes: {p: urn:b, q: urn:b}, imports: {i: {as: b}}}\n",
        c="meta: {base: 'urn:c:', prefixes: {p: urn:c, own: urn:c}}\n",
    ).root.contexts[0]
    assert context.iri == "urn:c:a"
    assert context.iri_prefixes == {
        "b": "urn:linkdata:schema:i:", "own": "urn:a", "p": "urn:c", "q": "urn:b",
    }  # fmt: skip


def test_the_path_of_an_inherited_prefix_belongs_to_who_wrote_it() -> None:
    registry = Loader(
        MapRetriever(
            {
                "http://x/a.yaml": 'meta: {extends: sub/b.yaml}\ny: "p:#x"\n',
                "http://x/sub/b.yaml": "prefixes: {p: {path: c.yaml}}\n",
                "http://x/sub/c.yaml": "x: right\n",
                "http://x/c.yaml": "x: wrong\n",
            }
        )
    ).load("http://x/a.yaml")
    assert value(registry, "#y") == "right"


def test_circles_of_extends_are_told_at_the_entry_that_closes_them() -> None:
    registry = load(a="meta: {extends: b.yaml}\n", b="meta: {extends: a.yaml}\n")
    (found,) = registry.resources["http://x/b.yaml"].diagnostics
    assert (found.code, str(found.span)) == ("extends-cycle", "b.yaml:1:17")
    assert [str(related.span) for related in found.related] == ["a.yaml:1:17"]


def test_a_document_that_extends_itself() -> None:
    assert codes(load(a="meta: {extends: a.yaml}\n")) == ["extends-cycle a.yaml:1:17"]


def test_a_document_reached_on_two_ways_is_no_circle() -> None:
    registry = load(
        a="meta: {extends: [b.yaml, c.yaml]}\n", b="meta: {extends: d.yaml}\n",
        c="meta: {extends: d.yaml}\n", d="x: 1\n",
    )  # fmt: skip
    assert codes(registry) == []
    assert value(registry, "#x") == 1


def test_a_stream_cannot_be_extended() -> None:
    assert codes(load(a="meta: {extends: b.yaml}\n", b="x: 1\n---\nx: 2\n")) == [
        "document-not-in-stream a.yaml:1:17"
    ]


def test_references_in_a_circle_of_documents() -> None:
    registry = load(a='x: "./b.yaml#y"\nz: 1\n', b='y: "./a.yaml#z"\n')
    assert value(registry, "#x") == 1


def test_authorities() -> None:
    loader = Loader(
        MapRetriever(
            {"urn:/a.yaml": 'x: "//lab/b c.yaml#y"\n', "file:///lab/b%20c.yaml": "y: 1\n"}
        ),
        {"lab": "file:///lab/"},
    )
    assert value(loader.load("urn:/a.yaml"), "#x") == 1


def test_a_text_at_hand_stands_for_its_location() -> None:
    retriever = counting(a="x: on disk\n", b='y: "./a.yaml#x"\n')
    registry = Loader(retriever).load_text(
        "x: at hand\nz: './b.yaml#y'\n", "http://x/a.yaml", "<t>"
    )
    assert value(registry, "#z") == "at hand"
    assert retriever.asked == ["b.yaml"]


def test_a_text_without_a_place_has_no_relative_paths() -> None:
    registry = Loader(MapRetriever({})).load_text('x: "./b.yaml#y"\n', "text:document", "<t>")
    with pytest.raises(RetrievalError) as caught:
        value(registry, "#x")
    assert (caught.value.code, str(caught.value.diagnostic.span)) == ("resource-missing", "<t>:1:4")


def test_messages_name_files_as_the_user_would() -> None:
    retriever = MapRetriever(
        {"file:///d/s/a.yaml": 'x: "../b.yaml#y"\n', "file:///d/b.yaml": "y: [\n"}
    )
    registry = Loader(retriever).load("file:///d/s/a.yaml", "s/a.yaml")
    (found,) = registry.resources["file:///d/b.yaml"].diagnostics
    assert str(found.span) == "b.yaml:2:1"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("file:///d/session-7.yaml", "session-7"),
        ("file:///d/a.b.yaml", "a.b"),
        ("file:///d/a%20b.yaml", "a%20b"),
        ("file:///d/.yaml", ".yaml"),
        ("text:document", "document"),
        ("http://x/größe.yaml", "größe"),
    ],
)
def test_the_id_of_what_has_none(location: str, expected: str) -> None:
    assert stem(location) == expected


def test_a_document_verified_by_a_prefix() -> None:
    good = hashlib.sha256(b"y: 1\n").hexdigest()
    places = "{path: none.yaml}, {path: c.yaml}, {path: b.yaml}"
    text = f"prefixes: {{p: [{places}, {{hash: 'sha256:{good}'}}]}}\nx: 'p:#y'\n"
    registry = load(a=text, b="y: 1\n", c="y: 2\n")
    assert value(registry, "#x") == 1


def test_the_bytes_that_were_verified_are_those_that_are_used() -> None:
    class Changing(MapRetriever):
        reads = 0

        def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
            if not location.endswith("b.yaml"):
                return super().retrieve(location, span)
            self.reads += 1
            return Retrieved(b"y: evil\n" if self.reads == 1 else b"y: good\n", location)

    digest = hashlib.sha256(b"y: good\n").hexdigest()
    declared = f"prefixes: {{p: [{{path: b.yaml}}, {{hash: 'sha256:{digest}'}}]}}\n"
    text = f"{declared}x: './b.yaml#y'\nz: 'p:#y'\n"
    registry = Loader(Changing({"http://x/a.yaml": text})).load("http://x/a.yaml")
    with contextlib.suppress(DigestMismatchError):
        assert value(registry, "#z") == "good"


def test_seventy_levels_of_extends() -> None:
    registry = chain(70)
    found = [one.code for resource in registry.resources.values() for one in resource.diagnostics]
    assert found == []
    assert value(registry, "#x") == 1


@pytest.mark.parametrize("levels", [loading.MAX_LEVELS + 1, 5_000])
def test_more_levels_of_extends_than_anybody_needs(levels: int) -> None:
    registry = chain(levels)
    found = [one for resource in registry.resources.values() for one in resource.diagnostics]
    assert {one.code for one in found} == {"extends-invalid"}
    assert f"{loading.MAX_LEVELS} levels" in found[0].message


def test_as_many_levels_of_extends_as_are_allowed() -> None:
    assert value(chain(loading.MAX_LEVELS), "#x") == 1


def test_levels_are_counted_below_what_was_loaded_before() -> None:
    half = loading.MAX_LEVELS // 2
    texts = {f"http://x/{n}.yaml": f"meta: {{extends: {n + 1}.yaml}}\n" for n in range(2 * half)}
    texts |= {f"http://x/{2 * half}.yaml": "x: 1\n", "http://x/t.yaml": "meta: {extends: 0.yaml}\n"}
    texts["http://x/a.yaml"] = f"meta: {{extends: [{half}.yaml, t.yaml]}}\n"
    registry = Loader(MapRetriever(texts)).load("http://x/a.yaml")
    assert [one.code for one in registry.resources["http://x/t.yaml"].diagnostics] == [
        "extends-invalid"
    ]


def test_an_entry_of_extends_that_comes_twice_counts_once() -> None:
    registry = load(
        a="meta: {extends: [b.yaml, c.yaml, b.yaml]}\n", b="x: 1\n", c="x: 2\n",
    )  # fmt: skip
    assert len(registry.root.contexts[0].extends) == 2
    assert value(registry, "#x") == 1


class Linked(MapRetriever):
    """Every folder `d` is a link to the folder that it stands in."""

    def retrieve(self, location: str, span: Span | None = None) -> Retrieved:
        real = location.replace("/d/", "/")
        return Retrieved(super().retrieve(real, span).data, real)


def test_several_locations_that_lead_to_one() -> None:
    texts = {"http://x/a.yaml": 'x: "./d/b.yaml#y"\nz: "./d/a.yaml#w"\nw: 2\n',
             "http://x/b.yaml": "y: 1\n"}  # fmt: skip
    registry = Loader(Linked(texts)).load("http://x/a.yaml")
    assert (value(registry, "#x"), value(registry, "#z")) == (1, 2)
    assert sorted(registry.resources) == ["http://x/a.yaml", "http://x/b.yaml"]


def test_a_circle_of_extends_through_another_location() -> None:
    texts = {"http://x/a.yaml": "meta: {extends: d/a.yaml}\n"}
    registry = Loader(Linked(texts)).load("http://x/a.yaml", "a.yaml")
    assert codes(registry) == ["extends-cycle a.yaml:1:17"]


def test_a_document_loaded_without_a_name_is_called_by_its_location() -> None:
    texts = {"http://x/a.yaml": 'x: "./b.yaml#x"\n', "http://x/b.yaml": "["}
    registry = Loader(MapRetriever(texts)).load("http://x/a.yaml")
    (found,) = registry.resources["http://x/b.yaml"].diagnostics
    assert str(found.span) == "http://x/b.yaml:1:2"

from __future__ import annotations

import pytest
from hypothesis import given, settings

from linkdata.errors import RetrievalError
from linkdata.resolve.loader import Loader
from linkdata.resolve.registry import Context, join
from linkdata.resolve.retrievers import MapRetriever
from linkdata.spans import Source
from linkdata.syntax.references import Step, parse_path
from linkdata.testing.strategies import paths

SPAN = Source("x", "abc").span(1)


def context(text: str) -> Context:
    return Loader(MapRetriever({"http://x/a.yaml": text})).load("http://x/a.yaml").root.contexts[0]


CONTEXT = context("meta: {id: d, base: http://b/}\n")


@pytest.mark.parametrize(
    ("base", "path", "expected"),
    [
        ("file:///d/a.yaml", "b.yaml", "file:///d/b.yaml"),
        ("file:///d/a.yaml", "./b.yaml", "file:///d/b.yaml"),
        ("file:///d/e/a.yaml", "../b.yaml", "file:///d/b.yaml"),
        ("file:///d/a.yaml", "../../../b.yaml", "file:///b.yaml"),
        ("file:///d/a.yaml", "b c?d%20#.yaml", "file:///d/b%20c%3Fd%2520%23.yaml"),
        ("file:///d/a.yaml", "größe;x", "file:///d/größe;x"),
        ("file:///d/a.yaml", "/e/b", "file:///e/b"),
        ("http://x/a", "b", "http://x/b"),
    ],
)
def test_join(base: str, path: str, expected: str) -> None:
    assert join(base, path, None) == expected


def test_nothing_is_relative_to_a_text_without_a_place() -> None:
    with pytest.raises(RetrievalError) as caught:
        join("text:document", "./b.yaml", SPAN)
    assert (caught.value.code, caught.value.diagnostic.span) == ("resource-missing", SPAN)
    assert "base=" in (caught.value.diagnostic.hint or "")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), "http://b/d"),
        (("data",), "http://b/d#data"),
        (("data", "Heka ITC-1600"), "http://b/d#data.%22Heka%20ITC-1600%22"),
        (("a", 0, "b"), "http://b/d#a%5B0%5D.b"),
        (("",), "http://b/d#%22%22"),
    ],
)
def test_identities(path: tuple[Step, ...], expected: str) -> None:
    assert CONTEXT.identity(path) == expected


@settings(max_examples=300, deadline=None)
@given(paths(min_size=1))
def test_a_fragment_leads_back_to_its_path(path: tuple[Step, ...]) -> None:
    from urllib.parse import unquote

    document, sign, fragment = CONTEXT.identity(path).partition("#")
    assert (document, sign) == ("http://b/d", "#")
    assert parse_path(unquote(fragment)) == path


@settings(max_examples=300, deadline=None)
@given(paths(), paths())
def test_different_places_have_different_identities(
    one: tuple[Step, ...], two: tuple[Step, ...]
) -> None:
    assert (CONTEXT.identity(one) == CONTEXT.identity(two)) == (one == two)


def test_a_registry_is_frozen() -> None:
    registry = Loader(MapRetriever({"http://x/a.yaml": "x: 1"})).load("http://x/a.yaml")
    with pytest.raises(TypeError):
        registry.resources["y"] = registry.root  # type: ignore[index]
    with pytest.raises(AttributeError):
        registry.root.contexts[0].iri = "x"  # type: ignore[misc]

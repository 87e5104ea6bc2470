"""The conformance corpus, run against this implementation.

Takes: the folder `specs/conformance` (its README describes the cases).
Gives: `cases`, and `run`, which says what is wrong with a test's outcome.
Implements: the runner's side of `specs/conformance/README.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from linkdata.dataset.checking import findings
from linkdata.errors import Diagnostic, LinkdataError, Severity
from linkdata.graph.entity import Entity, Link, Value
from linkdata.graph.graph import Graph
from linkdata.rdf.formats import written_canonically
from linkdata.resolve.bindings import Binder
from linkdata.resolve.loader import Loader
from linkdata.resolve.registry import Context, Registry
from linkdata.resolve.retrievers import MapRetriever
from linkdata.resolve.targets import Target
from linkdata.roots import Roots
from linkdata.schema.typing import SchemaTypes
from linkdata.syntax.nodes import path_of, plain
from linkdata.syntax.references import format_path, parse_path


@dataclass(frozen=True)
class Test:
    """One test of a case."""

    __test__ = False  # not one of pytest's

    case: str
    number: int
    documents: dict[str, str]
    authorities: dict[str, str]
    base: str
    expect: dict[str, Any] = field(hash=False)

    @property
    def id(self) -> str:
        """The case's id and the test's number, from 1."""
        return f"{self.case}-{self.number}"


def cases(folder: Path) -> Iterator[Test]:
    """All tests of the corpus."""
    for path in sorted(folder.glob("*.yaml")):
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            for number, test in enumerate(case["tests"], 1):
                expect = dict(test)
                base = expect.pop("base")
                yield Test(
                    case["id"], number, case["documents"], case.get("authorities", {}), base, expect
                )


def run(test: Test) -> str | None:
    """What is wrong with the outcome of a test; None when it passes."""
    location, _, path = test.base.partition("#")
    steps = parse_path(path)
    assert steps is not None, test.base
    expect = test.expect
    try:
        graph = _open(test, location, raising="diagnostics" not in expect)
        if "diagnostics" in expect:
            return _compare_findings(graph, expect["diagnostics"])
        assert isinstance(graph, Graph)
        if "ref" in expect:
            found = graph.look_up(expect["ref"], steps)
            if "error" in expect:
                return f"no error, but {found!r}"
            return _compare_target(found, expect["target"])
        if "canonical" in expect:
            found = "".join(written_canonically(graph))
            return _compare(found, expect["canonical"])
        if "error" in expect:
            return "no error"
        if "value" in expect:
            target = graph.resolver.walk(graph.resolver.root(graph.context), steps)
            node = target.node
            assert node is not None
            return _compare(plain(node), expect["value"])
        if "resolved" in expect:
            value = graph.value(graph.resolver.walk(graph.resolver.root(graph.context), steps))
            return _compare(_resolved(value, top=True), expect["resolved"])
        if "classes" in expect:
            found = {one.iri: one.class_iri for one in graph.walk()}
            return _compare({one: found.get(one) for one in expect["classes"]}, expect["classes"])
        return _compare(_placed(graph, list(expect["placed"])), expect["placed"])
    except LinkdataError as problem:
        if "error" not in expect:
            return f"unexpected {problem}"
        return _compare_finding(problem.diagnostic, expect["error"])


def _open(test: Test, location: str, *, raising: bool) -> Graph | list[Diagnostic]:
    retriever = MapRetriever(test.documents)
    loader = Loader(retriever, test.authorities)
    binder = Binder(Roots())

    def graph(context: Context) -> Graph:
        return Graph(registry, context, binder, types=lambda one: SchemaTypes(one, retriever))

    try:
        registry: Registry = loader.load(location)
    except LinkdataError as problem:
        if raising:
            raise
        return list(problem.diagnostics)
    if not raising:
        return findings(registry, [graph(context) for context in registry.root.contexts])
    from linkdata.dataset.workspace import chosen, raise_errors

    raise_errors(registry)
    return graph(chosen(registry.root.contexts, None))


def _compare_finding(found: Diagnostic, expected: dict[str, str]) -> str | None:
    at = expected.get("at")
    place = str(found.span.position) if found.span else None
    if found.code != expected["code"] or (at is not None and at != place):
        return f"{found.code} at {place} instead of {expected}: {found}"
    return None


def _compare_findings(found: Any, expected: list[dict[str, str]]) -> str | None:
    kept = [item for item in found if item.severity is not Severity.NOTE]
    shown = "\n".join(map(str, kept))
    if len(kept) != len(expected):
        return f"{len(kept)} findings instead of {len(expected)}:\n{shown}"
    for item, wanted in zip(kept, expected, strict=True):
        problem = _compare_finding(item, wanted)
        if problem is None and item.severity != wanted.get("severity", "error"):
            problem = f"severity {item.severity}"
        if problem:
            return f"{problem}\nall:\n{shown}"
    return None


def _compare_target(found: Value, expected: dict[str, Any]) -> str | None:
    if "iri" in expected:
        if not isinstance(found, Entity):
            return f"{found!r} is not an object"
        if found.iri != expected["iri"]:
            return f"<{found.iri}> instead of <{expected['iri']}>"
    if "value" in expected:
        return _compare(_resolved(found, top=True), expected["value"])
    return None


def _resolved(value: Any, *, top: bool = False, parent: str = "") -> Any:
    if isinstance(value, Entity):
        value = Link(value, owned=True)
    if isinstance(value, Link):
        entity = value.target
        here = value.span is None and entity.iri.startswith(parent)
        if not top and not here:
            return {"@id": entity.iri}
        # Parts that an overlay left untouched stand elsewhere.
        inner = entity.iri + ("." if "#" in entity.iri else "#")
        return {key: _resolved(entity.link(key), parent=inner) for key in entity}
    if isinstance(value, list):
        return [_resolved(item, parent=parent) for item in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def _placed(graph: Graph, wanted: list[str]) -> dict[str, str | None]:
    """Where each object is placed: the path of the slot, or None."""
    context = graph.context
    found: dict[str, str | None] = dict.fromkeys(wanted)
    for candidate in context.document.candidates:
        if id(candidate) in graph.placed:
            target = graph.value(Target(context, candidate))
            assert isinstance(target, Link)
            if target.target.iri in found:
                found[target.target.iri] = format_path(path_of(candidate))
    for identity in wanted:
        path = parse_path(unquote(identity.partition("#")[2]))
        if path and (len(path) > 1 or path == ("data",)):
            found[identity] = format_path(path)
    return found


def _compare(found: Any, expected: Any) -> str | None:
    return None if _same(found, expected) else f"{found!r} instead of {expected!r}"


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        both_nan = math.isnan(a) and math.isnan(b)
        return both_nan or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return type(a) is type(b) and bool(a == b)

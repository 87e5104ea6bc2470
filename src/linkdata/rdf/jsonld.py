"""JSON-LD and YAML-LD: the statements as nodes of a graph, one a subject.

Takes: statements and prefixes.
Gives: text: JSON-LD in compact or in expanded form, and YAML-LD, one node at a time.
Implements: `specs/linkdata-1.0.md`, section "RDF formats"; JSON-LD 1.1.

Numbers and booleans are written with their lexical form, so that no reader rounds them. The
compact form needs nothing but the context that stands in it; nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from linkdata import iri
from linkdata.errors import OutputError, error
from linkdata.rdf import vocabulary as v
from linkdata.rdf.statements import Statement
from linkdata.rdf.terms import IRI, Blank, Term, parsed

_LOCAL = re.compile(r"(?!//)[^\x00-\x20<>\"{}|\\^`]+\Z")

#: What namespaces end with that JSON-LD takes for prefixes by themselves.
DELIMITERS = tuple(":/?#[]@")

Node: TypeAlias = "dict[str, Any]"


def compact(said: Iterable[Statement], prefixes: Mapping[str, str]) -> Iterator[str]:
    """JSON-LD in compact form: a context of prefixes, and a node a line."""
    declared = unambiguous(prefixes)
    shorten = _shortener(declared)
    context = json.dumps(declared, indent=2, ensure_ascii=False).replace("\n", "\n  ")
    yield f'{{\n  "@context": {context},\n  "@graph": [\n'
    yield from _joined(_node(one, shorten) for one in said if one.about)
    yield "\n  ]\n}\n"


def expanded(said: Iterable[Statement], prefixes: Mapping[str, str]) -> Iterator[str]:
    """JSON-LD in expanded form: nodes with IRIs in full, and no context."""
    yield "[\n"
    yield from _joined(_expanded(one) for one in said if one.about)
    yield "\n]\n"


def yaml_ld(said: Iterable[Statement], prefixes: Mapping[str, str]) -> Iterator[str]:
    """YAML-LD: the compact form as YAML."""
    from linkdata.syntax.writer import written

    declared = unambiguous(prefixes)
    shorten = _shortener(declared)
    yield written({"@context": declared})
    yield '"@graph":\n'
    empty = True
    for one in said:
        if one.about:
            empty = False
            yield written([_node(one, shorten)], dates=False)
    if empty:
        yield "  []\n"


def included(said: Iterable[Statement], prefixes: Mapping[str, str]) -> Node:
    """Statements as one node that may stand in any JSON-LD document: with a context of its own,
    the first subject, and in it the others.
    """
    declared = unambiguous(prefixes)
    shorten = _shortener(declared)
    first, *others = (_node(one, shorten) for one in said if one.about)
    return {"@context": [None, declared], **first, "@included": others}


def _joined(nodes: Iterable[Node]) -> Iterator[str]:
    separator = ""
    for node in nodes:
        yield f"{separator}    {json.dumps(node, ensure_ascii=False)}"
        separator = ",\n"


def unambiguous(prefixes: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that a context may declare: none that is the scheme of IRIs.

    In JSON-LD `urn:x` is a compact IRI where `urn` is a prefix.
    """
    schemes = {value.partition(":")[0] for value in (*iri.OPAQUE_SCHEMES, *prefixes.values())}
    return {name: value for name, value in prefixes.items() if name not in schemes}


def _shortener(prefixes: Mapping[str, str]) -> Callable[[str], str]:
    """What makes IRIs compact."""
    known = sorted(prefixes.items(), key=lambda item: -len(item[1]))

    def shorten(value: str) -> str:
        for name, namespace in known:
            if value.startswith(namespace) and namespace.endswith(DELIMITERS):
                local = value[len(namespace) :]
                if _LOCAL.match(local):
                    return f"{name}:{local}"
        scheme, _, rest = value.partition(":")
        if scheme in prefixes and not rest.startswith("//"):
            raise OutputError(
                error("value-not-representable", f"JSON-LD would take <{value}> for a name with the"
                      f" prefix `{scheme}`", hint="give the prefix another name")
            )  # fmt: skip
        return value

    return shorten


def _node(said: Statement, shorten: Callable[[str], str]) -> Node:
    """A subject in compact form."""
    node: Node = {"@id": shorten(said.subject[1:-1])}
    for predicate, term in said.about:
        if predicate == v.TYPE:
            _add(node, "@type", shorten(str(term)[1:-1]))
        else:
            _add(node, shorten(predicate[1:-1]), _compact(term, shorten))
    return node


def _add(node: Node, key: str, value: Any) -> None:
    if key not in node:
        node[key] = value
    elif isinstance(node[key], list):
        node[key].append(value)
    else:
        node[key] = [node[key], value]


def _compact(term: Term, shorten: Callable[[str], str]) -> Any:
    if isinstance(term, list):
        return {"@list": [_compact(item, shorten) for item in term]}
    value = parsed(term)
    if isinstance(value, IRI):
        return {"@id": shorten(value.value)}
    if isinstance(value, Blank):
        return {"@id": term}
    if value.language is not None:
        return {"@value": value.lexical, "@language": value.language}
    if value.datatype is None:
        return value.lexical
    return {"@value": value.lexical, "@type": shorten(value.datatype)}


def _expanded(said: Statement) -> Node:
    """A subject in expanded form."""
    node: Node = {"@id": said.subject[1:-1]}
    for predicate, term in said.about:
        if predicate == v.TYPE:
            node.setdefault("@type", []).append(str(term)[1:-1])
        else:
            value = _compact(term, str)
            node.setdefault(predicate[1:-1], []).append(
                value if isinstance(value, dict) else {"@value": value}
            )
    return node

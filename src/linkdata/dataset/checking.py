"""Checking: everything that is wrong, of all phases, in one list.

Takes: a closed registry and the graphs of the documents to check.
Gives: diagnostics, each once, sorted by file and place.
Implements: `specs/linkdata-1.0.md`, section "Diagnostics".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkdata.dataset.verifying import array_findings
from linkdata.errors import Diagnostic, LinkdataError, Related, Severity, warning
from linkdata.graph.graph import Graph
from linkdata.resolve.checks import document_findings
from linkdata.resolve.registry import Context, Registry, family


def findings(
    registry: Registry, graphs: Iterable[Graph], *, verify: bool = False
) -> list[Diagnostic]:
    """All findings about documents, what they extend, and the files that they refer to.

    With `verify`, arrays are read and compared with the digests that documents have for them.
    """
    found: list[Diagnostic] = []
    order: dict[str, int] = {}
    for resource in registry.resources.values():
        found += resource.diagnostics
    for failure in registry.failures.values():
        if failure.span is not None:  # in the text of a document that could not be read at all
            found.append(failure)
    done: set[int] = set()
    typed = _has_schemas(registry)
    for graph in graphs:
        for context in family(graph.context):
            order.setdefault(context.document.source.name, len(order))
            if id(context) not in done:
                done.add(id(context))
                found += document_findings(graph.resolver, context, own=context is graph.context)
                found += source_findings(graph, context)
                found += array_findings(graph, context, verify=verify)
        if typed:
            from linkdata.schema.validation.checking import schema_findings

            found += schema_findings(graph)
    found += shared_identities(registry)
    unique = {(f.severity, f.code, f.message, f.where): f for f in found}
    return sorted(unique.values(), key=lambda finding: _place(finding, order))


def _has_schemas(registry: Registry) -> bool:
    """Whether schemas may say something: those of imports, or those in source files."""
    contexts = [one for resource in registry.resources.values() for one in resource.contexts]
    bound = (prefix for one in contexts for prefix in one.prefixes.values())
    return any(one.imports for one in contexts) or any(not one.prefix.iri for one in bound)


def shared_identities(registry: Registry) -> Iterator[Diagnostic]:
    """Documents that have the IRI of another one."""
    seen: dict[str, Context] = {}
    for resource in registry.resources.values():
        for context in resource.contexts:
            other = seen.setdefault(context.iri, context)
            if other is not context:
                root, first = context.document.root, other.document.root
                yield warning(
                    "identity-shared", f"two documents share the identity <{context.iri}>",
                    context.document.span(root), hint="give each its own `meta.id`",
                    related=[Related("the other one", other.document.span(first))],
                )  # fmt: skip


def source_findings(graph: Graph, context: Context) -> Iterator[Diagnostic]:
    """What is wrong with the places in source files that a document names. Opens the files."""
    with graph.files.held():
        for candidate in context.document.candidates:
            try:
                target = graph.resolver.resolve(context, candidate)
            except LinkdataError:
                continue  # among the document's findings
            if target.node is None and target.external is not None:
                try:
                    graph.outside(target.external, context.document.span(candidate))
                except LinkdataError as problem:
                    yield from problem.diagnostics
    for bound in context.prefixes.values():
        found = graph.files.binder.moved.get(bound)
        if found is not None:
            yield warning(
                "resource-moved", f"the file of `{bound.prefix.name}` is `{found}`: its hash found"
                " it, and it is at none of the places that are declared", bound.prefix.span,
                hint="declare the `path` that it has now",
            )  # fmt: skip


def _place(finding: Diagnostic, order: dict[str, int]) -> tuple[int, str, int, int]:
    severity = list(Severity).index(finding.severity)
    if finding.span is None:
        return (len(order), finding.place or "", 0, severity)
    name = finding.span.source.name
    return (order.get(name, len(order)), name, finding.span.start, severity)

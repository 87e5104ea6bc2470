"""Returning: from RDF to a dataset.

Takes: the path of an RDF text that follows the mapping.
Gives: `returned`, the dataset of a document that says the same triples.
Implements: `specs/linkdata-1.0.md`, section "Documents from RDF".

The document is opened and said again: only if it says exactly the triples of the text is it given.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from linkdata.dataset.inputs import RDF, local
from linkdata.errors import DocumentError, LinkdataError, RetrievalError, error
from linkdata.graph.graph import Graph
from linkdata.syntax.writer import document

if TYPE_CHECKING:
    from linkdata.dataset.dataset import Dataset
    from linkdata.dataset.workspace import Workspace
    from linkdata.rdf.back import Back

#: How many lines that differ an error shows.
_SHOWN = 3


def returned(path: str, workspace: Workspace) -> Dataset:
    """The dataset of a document that says the triples of an RDF text.

    Raises `DocumentError` (`rdf-invalid`) for what is no RDF, or does not follow the mapping,
    `RetrievalError`, and `UsageError` when pyoxigraph is missing.
    """
    from linkdata.rdf.back import Back
    from linkdata.rdf.known import Known
    from linkdata.rdf.parsing import Triples
    from linkdata.schema.typing import types_of

    given = local(path)
    try:
        data = given.read_bytes()
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise RetrievalError(
            error("resource-unreadable", f"`{path}` cannot be read: {reason}", place=path)
        ) from problem
    triples = Triples(data, RDF[given.suffix.lower()], path)
    back = Back(triples)
    imports = _imports(back)
    head: dict[str, Any] = {"id": back.id, "imports": imports}
    head["prefixes"] = {prefix: {"path": name} for prefix, name in back.files.values()}
    with workspace.loads(document({"meta": head}), base=given) as skeleton:
        types = types_of(skeleton.graph)
        known = Known(types, types.names(skeleton.graph.context))
        content = back.document(known.name_of, known.read_as, imports, "")
    made = workspace.loads(document(content), base=given)
    _compare(triples.lines(), made.graph, path)
    return made


def _imports(back: Back) -> dict[str, Any]:
    """The imports of the document: the schemas that it conforms to, from where they may be."""
    from linkdata.nwb.authoring import ALIASES
    from linkdata.schema.places import USUAL

    found: dict[str, Any] = {}
    for name, said in back.imports().items():
        made: dict[str, Any] = {"as": ALIASES[name]} if name in ALIASES else {}
        places: list[dict[str, Any]] = []
        if "version" in said:
            made["version"] = said["version"]
            inside = f"/specifications/{name}/{said['version']}"
            places += ({"hdf5": f"{prefix}:{inside}"} for prefix, _ in back.files.values())
        made["from"] = [*places, {"pypi": {"package": USUAL.get(name, name)}}]
        found[name] = made
    return found


def _compare(lines: Iterable[str], graph: Graph, path: str) -> None:
    """Raise `DocumentError` unless a graph says exactly these triples."""
    from linkdata.rdf.canonical import canonical
    from linkdata.rdf.formats import written_canonically

    wanted = set(canonical(lines))
    try:
        found = set(written_canonically(graph))
    except LinkdataError as problem:
        raise DocumentError(
            error("rdf-invalid", f"the document cannot say these triples: {problem}", place=path)
        ) from problem
    if wanted != found:
        lost = [f"- {line.rstrip()}" for line in sorted(wanted - found)]
        more = [f"+ {line.rstrip()}" for line in sorted(found - wanted)]
        shown = "\n".join(lost[:_SHOWN] + more[:_SHOWN])
        raise DocumentError(
            error("rdf-invalid", f"no document says exactly these triples: {len(lost)} are lost,"
                  f" {len(more)} are added\n{shown}", place=path,
                  hint="the files and schemas that they name have to be beside them")
        )  # fmt: skip

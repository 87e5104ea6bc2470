"""Verifying: whether arrays are what their digests say.

Takes: the graph of a document.
Gives: `array_findings`: what is wrong with the arrays that the document names by digests.
Implements: `specs/linkdata-1.0.md`, sections "Arrays in a store" and "Verified sources".

Without `verify` only manifests are looked at; with it every chunk is read and its digest checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkdata.errors import Diagnostic, DigestMismatchError, LinkdataError, error
from linkdata.graph.entity import VALUE, Entity
from linkdata.graph.files import located
from linkdata.graph.graph import Graph
from linkdata.resolve.registry import Context
from linkdata.resolve.targets import FROM, entries, is_meta
from linkdata.spans import Span
from linkdata.store.digests import Digest
from linkdata.syntax import nodes
from linkdata.syntax.document import STORAGE
from linkdata.syntax.nodes import Mapping, Node, Scalar

DIGEST = "digest"


def array_findings(graph: Graph, context: Context, *, verify: bool = False) -> Iterator[Diagnostic]:
    """The findings about all arrays that a document names by a digest."""
    for node in _objects(context.document.root):
        span = context.document.span(node)
        try:
            _check(graph.entity(graph.resolver.place(context, node)), node, span, verify=verify)
        except LinkdataError as problem:
            yield from located(problem, span).diagnostics


def _check(entity: Entity, node: Node, span: Span, *, verify: bool) -> None:
    """Raise for an array that is not what it should be."""
    if entity.in_store:
        stored = entity.stored_array
        assert stored.manifest is not None  # read, and compared with what is declared
        if verify:
            stored.verify()
    elif entity.digest is not None and FROM in entries(node):
        array = entity.array
        if array is None:
            message = "only an array has a `digest`, and this brings something else"
            raise DigestMismatchError(error("from-invalid", message, span))
        if verify:
            array.verify()
    elif verify and DIGEST in entries(node) and VALUE in entries(node):
        _check_inline(entity, span)


def _check_inline(entity: Entity, span: Span) -> None:
    """Raise unless the values that are written have the digest that is written beside them."""
    from linkdata.arrays.adding import add_array
    from linkdata.arrays.inline import InlineArray

    text, values = entity.link(DIGEST), entity.link(VALUE)
    if not isinstance(text, str) or not isinstance(values, InlineArray | list):
        return
    digest = Digest.parse(text, span)
    plain = values if isinstance(values, InlineArray) else InlineArray(values)
    dtype = entity.link("dtype") if "dtype" in entity else None
    if isinstance(dtype, str) and dtype != "text":
        plain = InlineArray(plain.tolist(), dtype)
    found = add_array(plain, by=digest.algorithm, grid=tuple(max(1, n) for n in plain.shape))
    if digest != found.digest:
        raise DigestMismatchError(
            error("digest-mismatch", f"the values have the digest {found.digest}, declared is"
                  f" {digest}", span, hint="the values were changed, or their dtype is missing")
        )  # fmt: skip


def _objects(root: Node) -> Iterator[Mapping | nodes.Sequence]:
    """All objects of a document that may be arrays, in order."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if is_meta(node):
            continue
        if isinstance(node, Mapping | nodes.Sequence):
            if _may_be_array(node):
                yield node
            fields = entries(node)
            left_out = (FROM, STORAGE) if node is root else (FROM,)
            inner = [fields[key] for key in fields if key not in left_out]
            if isinstance(node, nodes.Sequence) and not fields:
                inner = node.items
            waiting += reversed(inner)


def _may_be_array(node: Node) -> bool:
    fields = entries(node)
    brought = entries(fields[FROM]) if FROM in fields else {}
    return isinstance(fields.get("chunks"), Scalar) or DIGEST in {**fields, **brought}

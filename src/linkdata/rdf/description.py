"""Descriptions: the document as a dataset, arrays outside it, and the files that hold these.

Takes: a graph, arrays of it.
Gives: `Described`: statements in DCAT, PROV-O, SPDX and the Allotrope HDF5 terms.
Implements: `specs/linkdata-1.0.md`, section "RDF".

Nothing here depends on where a file lies, what a prefix is called, or the order of keys: a file is
known by its name beside the base of the document, a checksum by what it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, TypeAlias

from linkdata import iri
from linkdata.arrays.protocols import SourceFile
from linkdata.graph.entity import Entity
from linkdata.graph.expanded import dtype_name
from linkdata.graph.graph import Graph
from linkdata.rdf import terms
from linkdata.rdf import vocabulary as v
from linkdata.rdf.coercion import named
from linkdata.rdf.identities import place_of
from linkdata.rdf.rules import predicate_of
from linkdata.rdf.terms import Term
from linkdata.resolve.registry import Bound, Context, stem
from linkdata.resolve.targets import FROM, entries
from linkdata.schema.typing import SchemaTypes
from linkdata.store.digests import Digest
from linkdata.syntax.document import META, META_PARTS
from linkdata.syntax.nodes import Plain, plain

#: Suffixes of resources that are documents, and no files of arrays.
_DOCUMENTS = frozenset((".yaml", ".yml", ".json"))

Said: TypeAlias = "tuple[str, list[tuple[str, Term]]]"


class Described:
    """What is said beyond the fields of objects. A file is described once."""

    def __init__(self, graph: Graph, types: SchemaTypes) -> None:
        self.graph = graph
        self.types = types
        self.subject = terms.iri_term(graph.document.iri)
        self._files: set[str] = set()
        self._checksums: set[str] = set()

    # The document

    def document(self) -> Iterator[Said]:
        """The document as a dataset, what it is called, builds on and conforms to; then these."""
        context = self.graph.context
        identifier = context.iri.removeprefix(context.base or iri.DEFAULT_BASE)
        about: list[tuple[str, Term]] = [(v.TYPE, kind) for kind in (v.DOCUMENT, *v.DATASETS)]
        about.append((v.IDENTIFIER, terms.string(identifier)))
        about += ((v.DERIVED_FROM, terms.iri_term(one.iri)) for one in context.extends)
        schemas = dict(self._schemas(context))
        about += ((v.CONFORMS_TO, schema) for schema in schemas)
        meta = self._meta(context)
        for key, value in meta.items():
            word = v.KNOWN_META.get(key)
            values = value if isinstance(value, list) else [value]
            if word is not None and not any(isinstance(one, dict | list) for one in values):
                about += ((word, self._scalar(one)) for one in values if one is not None)
        place = f"{context.iri}#{META}"
        if meta:
            about.append((v.META, f"<{place}>"))
        others = [*schemas.values(), *self._declared(context)]
        about += (pair for subject, pairs in others if subject == self.subject for pair in pairs)
        yield self.subject, about
        yield from (said for said in others if said[0] != self.subject)
        if meta:
            yield from self._plain(place, context.iri, meta)

    def _schemas(self, context: Context) -> Iterator[tuple[str, Said]]:
        """The schemas of the document's imports."""
        loaded = self.types.names(context).schemas
        for item in context.imports.values():
            schema = loaded.get(item.alias)
            version = schema.version if schema is not None else item.version
            uri = schema.uri if schema is not None else _schema_iri(item.name, version)
            yield _schema(uri, item.name, version)

    def _meta(self, context: Context) -> dict[str, Plain]:
        """The free metadata of a document, inherited ones too."""
        resolver = self.graph.resolver
        target = resolver.field(resolver.root(context), META)
        if target is None or target.node is None:
            return {}
        found: dict[str, Plain] = {}
        mappings = (target.node, *(mapping for _, mapping in target.under))
        for key in dict.fromkeys(key for mapping in mappings for key in entries(mapping)):
            value = None if key in META_PARTS else resolver.field(target, key)
            if value is not None and value.node is not None:
                found[key] = plain(value.node)
        return found

    def _plain(self, place: str, parent: str, data: dict[str, Plain]) -> Iterator[Said]:
        """Plain data as objects: nothing in it is a reference."""
        inner: list[tuple[str, dict[str, Plain]]] = []

        def term(value: Plain, place: str) -> Term | None:
            if isinstance(value, dict):
                inner.append((place, value))
                return f"<{place}>"
            if isinstance(value, list):
                items = (term(item, f"{place}%5B{i}%5D") for i, item in enumerate(value))
                return [item for item in items if item is not None]
            return None if value is None else self._scalar(value)

        about: list[tuple[str, Term]] = [(v.PART_OF, f"<{parent}>")]
        for key, value in data.items():
            found = term(value, f"{place}.{place_of(key)}")
            if found is not None:
                about.append((predicate_of(key), found))
        yield f"<{place}>", about
        for below, value in inner:
            yield from self._plain(below, place, value)

    def _scalar(self, value: Any) -> str:
        prefixes = self.graph.context.iri_prefixes
        return named(value, prefixes) if isinstance(value, str) else terms.literal(value)

    # Objects

    def origin(self, entity: Entity) -> list[tuple[str, Term]]:
        """What an object's `from` brings: the object that it comes from."""
        if not entity.layers or FROM not in entries(entity.layers[0][1]):
            return []
        if len(entity.layers) > 1:
            context, node = entity.layers[1]
            under = self.graph.resolver.place(context, node)
            source = self.graph.entity(under).iri
        elif entity.item is not None:
            source = self.graph.item_entity(entity.item).iri
        else:
            return []
        return [] if source == entity.iri else [(v.DERIVED_FROM, terms.iri_term(source))]

    # Arrays and files

    def array(self, identity: str, array: Any) -> Iterator[Said]:
        """An array outside the document: what it is, and where its values are."""
        about: list[tuple[str, Term]] = [(v.TYPE, v.ARRAY)]
        about.append((v.DTYPE, terms.string(dtype_name(array.dtype))))
        if array.shape is not None:
            about.append((v.SHAPE, [terms.literal(int(length)) for length in array.shape]))
        sums: list[Said] = []
        if hasattr(array, "digest"):
            digest = Digest.parse(str(array.digest))
            about.append((v.CHECKSUM, self._checksum(digest, sums)))
            if hasattr(array, "described"):  # in a store
                about.append((v.CHUNKS, terms.string(str(digest))))
        dataset = getattr(array, "dataset", array)
        file = getattr(dataset, "file", None)
        files: list[Said] = []
        if file is not None:
            about.append((v.TYPE, v.HDF_DATASET))
            about.append((v.HDF_NAME, terms.string(_utf8(dataset.name))))
            about.append((v.DISTRIBUTION, self._file(array, file, files)))
        yield identity, about
        yield from sums
        yield from files

    def _file(self, array: Any, file: SourceFile, said: list[Said]) -> str:
        """The term of an array's file; the first time, `said` gets what there is to say of it."""
        dataset = self.graph.array_iri(array).partition("#")[0]
        return self._said_file(dataset, file.name, self.graph.files.bound(file), said)

    def _declared(self, context: Context) -> Iterator[Said]:
        """The files that the document declares prefixes for."""
        for bound in context.prefixes.values():
            if bound.prefix.locations:
                name = bound.prefix.locations[0].target
                if PurePath(name).suffix.lower() not in _DOCUMENTS:
                    said: list[Said] = []
                    self._said_file(bound.base + stem(name), name, bound, said)
                    yield from said

    def _said_file(self, dataset: str, path: str, bound: Bound | None, said: list[Said]) -> str:
        name = PurePath(path).name
        subject = terms.iri_term(dataset.removesuffix(stem(path)) + iri.encode(name))
        if subject in self._files:
            return subject
        self._files.add(subject)
        about: list[tuple[str, Term]] = [(v.TYPE, v.DISTRIBUTIONS), (v.TYPE, v.HDF_FILE)]
        about.append((v.TITLE, terms.string(_utf8(name))))
        if bound is not None:
            about += (
                (v.DOWNLOAD, terms.iri_term(one.target))
                for one in bound.prefix.locations
                if one.kind == "url" and iri.is_absolute(one.target)
            )
            about += (
                (v.CHECKSUM, self._checksum(Digest.parse(text), said))
                for text, _ in bound.prefix.hashes
            )
        said.append((subject, about))
        said.append((f"<{dataset}>", [(v.DISTRIBUTION, subject)]))
        if f"<{dataset}>" != self.subject:
            said.append((self.subject, [(v.PRIMARY_SOURCE, f"<{dataset}>")]))
        return subject

    def _checksum(self, digest: Digest, said: list[Said]) -> str:
        """The term of a checksum; the first time, `said` gets what there is to say of it."""
        subject = terms.iri_term(f"{v.DIGESTS}{digest}")
        if subject not in self._checksums:
            self._checksums.add(subject)
            about: list[tuple[str, Term]] = [(v.TYPE, v.CHECKSUMS)]
            known = v.ALGORITHMS.get(digest.algorithm)
            about.append((v.ALGORITHM, known or terms.string(digest.algorithm)))
            about.append((v.CHECKSUM_VALUE, terms.typed(digest.hex, v.XSD + "hexBinary")))
            said.append((subject, about))
        return subject


def _schema(uri: str, name: str, version: str | None) -> tuple[str, Said]:
    subject = terms.iri_term(uri)
    about: list[tuple[str, Term]] = [(v.TITLE, terms.string(name))]
    if version is not None:
        about.append((v.VERSION, terms.string(version)))
    return subject, (subject, about)


def _schema_iri(name: str, version: str | None) -> str:
    return iri.SCHEMAS + iri.encode(name) + (f":{iri.encode(version)}" if version else "")


def _utf8(text: str) -> str:
    """A name in a file as text, bytes that are no UTF-8 as escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

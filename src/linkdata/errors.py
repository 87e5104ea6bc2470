"""Errors as data: diagnostics, their codes, and the one exception tree.

Takes: what a phase found wrong.
Gives: `Diagnostic`, `CODES`, and the exceptions that carry diagnostics over the public boundary.
Implements: `specs/linkdata-1.0.md`, section "Diagnostics".

    LinkdataError                 every exception of the package
    ├── TextError                 the text is not a YAML document of the format
    ├── DocumentError             the text is YAML but not a document
    ├── RetrievalError            a document or file cannot be had
    │   └── DigestMismatchError   it can, but it is not what was asked for
    ├── ResolutionError           a reference does not arrive
    ├── FieldError                an object has no such field (a KeyError and AttributeError too)
    ├── SchemaError               a schema that is not one, or that cannot be had
    ├── ModelError                a value that its class does not allow (a ValueError too)
    ├── SourceError               what a `from` brings cannot be read
    ├── StoreError                a store of chunks, or what it holds, cannot be used
    │   ├── StoreMissingError     it does not have a chunk or manifest (a KeyError too)
    │   └── StoreCorruptError     it has one whose bytes are not what its digest says
    ├── OutputError               something cannot be written
    ├── UsageError                a call that cannot mean anything
    │   └── PositionError         an index that an array does not have (an IndexError too)
    └── NotYetError               a part of the design that this version does not have
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from linkdata.spans import Span


class Severity(StrEnum):
    """How bad a finding is. Only errors make `linkdata check` fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Related(NamedTuple):
    """Another place that belongs to a finding, and why."""

    message: str
    span: Span | None = None

    def __str__(self) -> str:
        return f"{self.span}: {self.message}" if self.span else self.message


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `code` is one of `CODES`. `span` is the place in a text; `place` names the place of what has
    no text (`file.nwb:/acquisition/x`). `hint` says what to do about it.
    """

    severity: Severity
    code: str
    message: str
    span: Span | None = None
    related: tuple[Related, ...] = ()
    hint: str | None = None
    place: str | None = None

    @property
    def where(self) -> str:
        """`file:line:column`, or the place of what has no text, or nothing."""
        return str(self.span) if self.span else self.place or ""

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.severity}[{self.code}]: {self.message}{hint}"


def error(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    hint: str | None = None,
    related: Iterable[Related] = (),
    place: str | None = None,
) -> Diagnostic:
    """A finding of severity error."""
    return Diagnostic(Severity.ERROR, code, message, span, tuple(related), hint, place)


def warning(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    hint: str | None = None,
    related: Iterable[Related] = (),
    place: str | None = None,
) -> Diagnostic:
    """A finding of severity warning."""
    return Diagnostic(Severity.WARNING, code, message, span, tuple(related), hint, place)


def note(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    hint: str | None = None,
    place: str | None = None,
) -> Diagnostic:
    """A finding of severity note."""
    return Diagnostic(Severity.NOTE, code, message, span, (), hint, place)


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """A hint that names the candidates nearest to `name`, if any is near."""
    import difflib

    near = difflib.get_close_matches(name, list(candidates), n=3, cutoff=0.6)
    if not near:
        return None
    return "did you mean " + " or ".join(f"`{candidate}`" for candidate in near) + "?"


class LinkdataError(Exception):
    """The root of the tree. `diagnostics` has at least one finding, the first one first."""

    def __init__(self, diagnostics: Diagnostic | Sequence[Diagnostic]) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__(found)
        self.diagnostics: tuple[Diagnostic, ...] = found

    @property
    def diagnostic(self) -> Diagnostic:
        """The first finding."""
        return self.diagnostics[0]

    @property
    def code(self) -> str:
        """The first finding's code."""
        return self.diagnostic.code

    def __str__(self) -> str:
        return "\n".join(str(diagnostic) for diagnostic in self.diagnostics)


class TextError(LinkdataError):
    """The text is not YAML, or YAML that the format refuses (specs, "Text")."""


class DocumentError(LinkdataError):
    """A YAML text that is not a document of the format (specs, "Documents")."""


class RetrievalError(LinkdataError):
    """A document or file cannot be had: missing, outside the allowed roots, unreadable."""


class DigestMismatchError(RetrievalError):
    """A file's content does not have the digest that was declared for it."""


class ResolutionError(LinkdataError):
    """A reference does not arrive: dangling, ambiguous, cyclic, of an unknown prefix."""


class FieldError(LinkdataError, KeyError, AttributeError):
    """An object has no such field; also what Python expects of items and attributes."""


class SchemaError(LinkdataError):
    """A schema that cannot be had, or that is not one."""


class ModelError(LinkdataError, ValueError):
    """A value that its class does not allow; a ValueError too."""


class SourceError(LinkdataError):
    """What a `from` brings cannot be read: no such path, unsafe or unsupported content."""


class StoreError(LinkdataError):
    """A store of chunks, or what it holds, cannot be used."""


class StoreMissingError(StoreError, KeyError):
    """A store does not have a chunk or manifest; a KeyError too."""


class StoreCorruptError(StoreError):
    """A chunk or manifest whose bytes are not what its digest says."""


class OutputError(LinkdataError):
    """Something cannot be written: the file exists, or the format cannot hold it."""


class UsageError(LinkdataError):
    """A call or a command line that cannot mean anything."""


class PositionError(UsageError, IndexError):
    """An index that an array does not have; an IndexError too."""


class NotYetError(LinkdataError):
    """A part of the design that this version does not have yet."""


# Append-only; the normative list is in specs/linkdata-1.0.md, and a test holds the two together.
CODES: dict[str, str] = {
    # text
    "text-encoding": "the text is not UTF-8",
    "text-too-large": "the text is larger than the format allows",
    "text-control-character": "a control character or foreign line break stands unescaped",
    "yaml-syntax": "the text is not well-formed YAML 1.2",
    "yaml-directive": "a directive other than one leading `%YAML 1.2`",
    "yaml-too-deep": "collections are nested too deeply",
    "yaml-alias-undefined": "an alias names no earlier anchor",
    "yaml-alias-cycle": "an alias stands inside its own anchor",
    "yaml-alias-weight": "aliases multiply the document beyond the allowed weight",
    "yaml-merge-key": "the merge key `<<` is not in YAML 1.2",
    "yaml-duplicate-key": "a key comes twice in one mapping",
    "yaml-key-not-scalar": "a key is not a non-empty scalar",
    "yaml-tag-unknown": "a tag outside the core schema",
    "yaml-tag-mismatch": "a scalar that its tag does not allow",
    "reference-unquoted": "a reference that YAML takes for a comment or refuses, because unquoted",
    # document
    "document-empty": "there is no document in the text",
    "document-not-mapping": "the root of a document is not a mapping",
    "document-not-in-stream": "the stream has no such document, or several and none was chosen",
    "meta-invalid": "`meta` or a part of it has the wrong form",
    "meta-duplicate": "a part of `meta` is given twice",
    "meta-id-invalid": "`meta.id` is not an identifier",
    "meta-id-missing": "`meta.id` is missing; the file's name stands in",
    "meta-base-invalid": "`meta.base` is not an absolute IRI ending in `/` or `:`",
    "meta-base-missing": "`meta.base` is missing; identities stand under `urn:linkdata:`",
    "extends-invalid": "an entry of `meta.extends` is not a path to a document",
    "extends-cycle": "documents extend each other in a circle",
    "prefix-name-invalid": "the name of a prefix is not a name",
    "prefix-invalid": "a prefix declaration has the wrong form",
    "prefix-no-location": "a resource prefix has no path and no url",
    "prefix-collision": "a prefix and an import alias share a name",
    "import-invalid": "an import declaration has the wrong form",
    # digests
    "digest-malformed": "a digest is not `algorithm:lowercase-hex` of the right length",
    "digest-unknown-algorithm": "a digest of an unknown algorithm",
    "digest-mismatch": "a file's content does not have the declared digest",
    # resources
    "authority-unknown": "no configuration binds this authority",
    "authority-invalid": "the binding of an authority is not usable",
    "configuration-invalid": "a configuration file is not valid",
    "resource-missing": "there is no such file",
    "resource-outside-roots": "the file lies outside the allowed roots",
    "resource-not-regular": "the path does not lead to a regular file",
    "resource-unreadable": "the file cannot be read",
    "resource-not-document": "the file is not a document",
    "network-refused": "nothing is fetched from a network",
    "resource-moved": "a file is not where it was declared to be; its digest found it",
    # references
    "reference-malformed": "a string looks like a reference but has none of the forms",
    "reference-dangling": "a reference leads to nothing",
    "reference-ambiguous": "a reference leads to several things",
    "reference-cycle": "a chain of references never arrives",
    "value-too-large": "a value that references make too large or too deep",
    "prefix-unknown": "a prefix that is not declared",
    "prefix-wrong-kind": "a prefix is used for what it is not bound to",
    # identity
    "identity-shared": "two things that differ have one identity",
    # fields
    "field-missing": "an object has no such field",
    # from
    "from-invalid": "a `from` has the wrong form",
    "from-type-unknown": "no source of this type is known",
    "from-cycle": "a chain of `from` never arrives",
    "from-not-object": "a `from` leads to something that is not an object",
    # sources
    "source-path-missing": "the file has nothing at this path",
    "source-not-hdf5": "the file is not an HDF5 file",
    "source-link-broken": "a link inside the file leads to nothing",
    "source-link-refused": "a link inside the file leads outside the allowed roots",
    "source-external-storage": "the values lie in other files outside the allowed roots",
    "source-virtual-missing": "a virtual dataset lacks one of its sources",
    "source-filter-missing": "a filter that the values need is not installed",
    "source-unsupported": "a kind of HDF5 content that cannot be carried yet",
    "source-read-only": "the dataset was not opened for writing",
    "source-unreadable": "what the file holds at this path cannot be read",
    # output
    "output-exists": "the output exists and was not to be overwritten",
    "output-format-unknown": "no format goes by this suffix",
    "output-failed": "the output cannot be written",
    "value-not-representable": "a value that the output format cannot hold",
    "object-unplaced": "an object that a file is to have stands nowhere in the data",
    "storage-invalid": "the section `storage` of a document is not well-formed",
    "iri-invalid": "an IRI or CURIE that does not expand to an absolute IRI",
    "rdf-invalid": "what is read as RDF is none, or is not what a document says",
    # calls
    "usage": "a call or command line that cannot mean anything",
    "not-yet": "a part of the design that this version does not have yet",
    # schemas
    "schema-invalid": "a schema is not well-formed, or contradicts itself",
    "schema-not-found": "a schema names a source or namespace that is not there",
    "schema-type-unknown": "a schema uses a type that nothing defines",
    "schema-changed": "a schema is not the one that was locked",
    "lock-invalid": "a lock file cannot be read",
    "schema-substituted": "another schema stands in for the one that a file means",
    "class-unknown": "no import has a class of this name",
    "class-ambiguous": "several imports have a class of this name",
    "class-abstract": "the class is abstract, or a mixin",
    "class-missing": "an object names no class where it has to",
    "class-wrong": "an object of a class that its slot does not take",
    "slot-unknown": "the class has no such field",
    "field-required": "a required field is not there",
    "description-missing": "nothing describes a column",
    "reference-ill-typed": "a reference or link leads to an object of a class that its slot "
    "does not take",
    "link-not-allowed": "a link stands where the schema allows none",
    "value-type": "a value of the wrong kind",
    "value-null": "a null stands where a value has to",
    "value-dtype": "numbers or texts of a dtype that the schema does not allow",
    "value-shape": "an array with the wrong number or lengths of axes",
    "value-fixed": "a value other than the only one allowed",
    "value-enum": "a text that the enumeration does not have",
    "value-pattern": "a text that does not match its pattern",
    "value-range": "a number outside its bounds",
    "cardinality": "too many or too few values or objects",
    "datetime-invalid": "a text that is no date or time",
    "datetime-naive": "a date or time without an offset from UTC",
    "table-lengths": "the columns of a table differ in length",
    "table-colnames": "`colnames` and the columns of a table do not agree",
    "table-id-duplicate": "a row number comes twice in a table",
    "table-index": "an index that falls, or goes beyond its column",
    "table-region": "a region names a row that its table does not have",
    # stores
    "store-chunk-missing": "a chunk is in none of the stores",
    "store-manifest-missing": "the manifest of an array is in none of the stores",
    "store-chunk-corrupt": "the bytes of a chunk are not what its digest says",
    "store-manifest-corrupt": "the bytes of a manifest are not what its digest says",
    "store-version-unknown": "a store, chunk or manifest of a version that is not known",
    "store-codec-unknown": "a chunk is encoded in a way that cannot be decoded here",
    "store-array-unsupported": "an array of a kind that is not kept in chunks",
    "store-invalid": "what is named as a store is none",
    "store-unreadable": "a store cannot be read",
    "store-unwritable": "a store cannot be written",
    "store-locked": "a store is held by another process",
    "chunks-invalid": "an array that is named by its `chunks` has the wrong form",
}

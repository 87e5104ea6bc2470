"""Reading namespaces: the namespace file, its sources, and what they include.

Takes: a function that gives the text of a source by its name, and the text of a namespace file.
Gives: `read_namespaces`: the namespaces of the file, with their sources.
Errors: `SchemaError` with all errors found (`schema-invalid`); warnings go to `findings`:
`schema-not-found` for a source that is not there, `schema-invalid` for unknown keys.
Source: HDMF specification language, sections "Namespaces" and "Schema". A file in NWB caches
its sources under names without suffix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from linkdata.errors import Diagnostic, SchemaError, Severity, error
from linkdata.schema.language import texts
from linkdata.schema.language.parsing import Notes, Path, frozen, parse_source
from linkdata.schema.language.specs import Namespace, SchemaEntry, Source
from linkdata.schema.language.texts import source_text

_NAMESPACE = {"name", "version", "full_name", "doc", "author", "contact", "date", "schema"}
_TYPE_LISTS = ("neurodata_types", "data_types")
_ENTRY = {"source", "namespace", "doc", "title", *_TYPE_LISTS}


def read_namespaces(
    load: Callable[[str], str],
    namespace_text: str,
    *,
    name: str = "namespace",
    findings: list[Diagnostic] | None = None,
) -> list[Namespace]:
    """The namespaces of a namespace file. `load` raises `LookupError` or `OSError` for no source.

    `name` is what the file is called in messages; warnings are appended to `findings`.
    """
    notes = Notes(name, namespace_text)
    data = texts.plain(name, namespace_text, strings=True)
    listed = data.get("namespaces") if isinstance(data, Mapping) else None
    if not isinstance(listed, list):
        notes.error((), "a namespace file is a mapping with a list `namespaces`")
        raise SchemaError(notes.found)
    reader = _Reader(load, notes)
    found = [
        namespace
        for number, item in enumerate(listed)
        if (namespace := reader.namespace(item, ("namespaces", number))) is not None
    ]
    notes.found += include_cycles(found, name)
    _raise_errors(notes.found)
    if findings is not None:
        findings += notes.found
    return found


def include_cycles(namespaces: Iterable[Namespace], place: str | None = None) -> list[Diagnostic]:
    """An error for each circle in which namespaces include each other."""
    includes = {namespace.name: namespace.includes for namespace in namespaces}
    found: list[Diagnostic] = []
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " -> ".join((*trail[trail.index(name) :], name))
            message = f"namespaces include each other in a circle: {circle}"
            found.append(error("schema-invalid", message, place=place))
        elif name not in done:
            for other in includes.get(name, ()):
                visit(other, (*trail, name))
            done.add(name)

    for name in includes:
        visit(name, ())
    return found


def parse_entry(data: Mapping[str, Any]) -> SchemaEntry:
    """An entry of a namespace's `schema`."""
    key = next((key for key in _TYPE_LISTS if data.get(key) is not None), None)
    return SchemaEntry(
        source=data.get("source"),
        namespace=data.get("namespace"),
        data_types=None if key is None else tuple(data[key]),
        types_key=key,
        doc=data.get("doc"),
        title=data.get("title"),
        extra=tuple((str(name), frozen(data[name])) for name in data if name not in _ENTRY),
    )


class _Reader:
    def __init__(self, load: Callable[[str], str], notes: Notes) -> None:
        self.load = load
        self.notes = notes

    def namespace(self, data: Any, path: Path) -> Namespace | None:
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            self.notes.error(path, "a namespace is a mapping with a `name`")
            return None
        entries = data.get("schema")
        if not isinstance(entries, list):
            self.notes.error(path, "`schema` lists the sources of a namespace")
            entries = []
        for key in ("version", "full_name", "doc", "date"):
            if not isinstance(data.get(key), str | None):
                self.notes.error((*path, key), f"`{key}` is a string")
        for key in ("author", "contact"):
            if not (isinstance(data.get(key), str | None) or _strings(data[key])):
                self.notes.error((*path, key), f"`{key}` is a string or a list of strings")
        parsed = [
            entry
            for number, item in enumerate(entries)
            if (entry := self.entry(item, (*path, "schema", number))) is not None
        ]
        sources = [
            source
            for number, entry in enumerate(parsed)
            if entry.source and (source := self.source(entry.source, (*path, "schema", number)))
        ]
        self.duplicates(sources)
        return Namespace(
            name=data["name"],
            version=data.get("version"),
            full_name=data.get("full_name"),
            doc=data.get("doc"),
            author=frozen(data.get("author")),
            contact=frozen(data.get("contact")),
            date=data.get("date"),
            schema=tuple(parsed),
            sources=tuple(sources),
            extra=self.extra(data, path, _NAMESPACE),
        )

    def entry(self, data: Any, path: Path) -> SchemaEntry | None:
        if not isinstance(data, Mapping) or not (data.get("source") or data.get("namespace")):
            self.notes.error(path, "an entry of `schema` has a `source` or a `namespace`")
            return None
        for key in ("source", "namespace", "doc", "title"):
            if not isinstance(data.get(key), str | None):
                self.notes.error((*path, key), f"`{key}` is a string")
                return None
        for key in _TYPE_LISTS:
            listed = data.get(key)
            if listed is not None and not _strings(listed):
                self.notes.error((*path, key), f"`{key}` is a list of names")
                return None
        self.extra(data, path, _ENTRY)
        return parse_entry(data)

    def source(self, name: str, path: Path) -> Source | None:
        text = source_text(self.load, name)
        if text is None:
            message = f"there is no source `{name}`; its types are left out"
            self.notes.warning((*path, "source"), message, "schema-not-found")
            return None
        try:
            data = texts.plain(name, text)
        except SchemaError as problem:
            self.notes.found += problem.diagnostics
            return None
        notes = Notes(name, text)
        source = parse_source(name, data, notes)
        self.notes.found += notes.found
        return source

    def duplicates(self, sources: Iterable[Source]) -> None:
        """An error for each type that is defined twice in a namespace."""
        first: dict[str, str] = {}
        for source in sources:
            for spec in source.definitions:
                defined = spec.type_def or ""
                if defined in first:
                    message = f"type `{defined}` is defined twice: in `{first[defined]}` and here"
                    self.notes.found.append(error("schema-invalid", message, place=source.name))
                first.setdefault(defined, source.name)

    def extra(
        self, data: Mapping[str, Any], path: Path, known: set[str]
    ) -> tuple[tuple[str, Any], ...]:
        unknown = [key for key in data if key not in known]
        for key in unknown:
            message = f"`{key}` is no key of the specification language here; it is kept"
            self.notes.warning((*path, key), message)
        return tuple((str(key), frozen(data[key])) for key in unknown)


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _raise_errors(found: list[Diagnostic]) -> None:
    errors = [one for one in found if one.severity is Severity.ERROR]
    if errors:
        raise SchemaError(errors)

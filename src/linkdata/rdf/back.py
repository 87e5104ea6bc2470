"""Documents from RDF: what triples say as the document that says it.

Takes: triples, and what schemas know of their predicates.
Gives: `Back`, whose `document` is plain data for the writer.
Implements: `specs/linkdata-1.0.md`, section "Documents from RDF".

An object is written where its identity says; what stands elsewhere is a reference. What follows
from the document anyhow, such as where things are written, is not written down. Whether the
document says exactly the triples again, its reader can see: the two are compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, TypeAlias

from linkdata import iri
from linkdata.graph.identifiers import IDENTIFIERS
from linkdata.rdf import vocabulary as v
from linkdata.rdf.annotations import RESOURCES
from linkdata.rdf.identities import split
from linkdata.rdf.parsing import Triples, of_literal
from linkdata.rdf.terms import IRI, Literal, Term, parsed
from linkdata.syntax.document import DATA, META, STORAGE
from linkdata.syntax.references import Step, format_path
from linkdata.syntax.writer import Tagged

#: What schemas know: the name of the field of a predicate in an object of these classes, and
#: whether a text there is read as a literal. None and False where they say nothing.
NameOf: TypeAlias = "Callable[[list[str], str], str | None]"
ReadAs: TypeAlias = "Callable[[list[str], str, str], Any]"

#: What is said of objects beyond their fields; it follows from the document.
_FOLLOWS = frozenset((
    v.PART_OF, v.DERIVED_FROM, v.TABLE_SCHEMA, v.COLUMN, v.NAME, v.PROPERTY_URL, v.ROW,
    v.DISTRIBUTION, v.HDF_NAME, v.CHECKSUM,
))  # fmt: skip
_ANNOTATED = _FOLLOWS | {v.ABOUT, v.IDENTIFIER}
_OF_DOCUMENT = frozenset((
    v.IDENTIFIER, v.CONFORMS_TO, v.PRIMARY_SOURCE, v.DISTRIBUTION, *v.KNOWN_META.values(),
))  # fmt: skip
_CLASSES = frozenset((v.DOCUMENT, *v.DATASETS, v.TABLE, v.HDF_DATASET))


#: What a reference or a CURIE begins with, when it does not begin with a sign.
_NAMED = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*:(?=[^\s<>\"{}|\\^`]*\Z|[#/])")


class Back:
    """The document of triples that follow the mapping."""

    def __init__(self, triples: Triples) -> None:
        """Raises `DocumentError` (`rdf-invalid`) unless there is exactly one document."""
        self.triples = triples
        documents = [
            one for one in triples.subjects() if v.DOCUMENT in triples.about(one).get(v.TYPE, [])
        ]
        if len(documents) != 1:
            raise triples.wrong(f"they are of {len(documents)} documents, not of one")
        self.subject = documents[0]
        self.iri = self.subject[1:-1]
        about = triples.about(self.subject)
        identifier = parsed(_text(about.get(v.IDENTIFIER, ['""'])[0]))
        self.id = identifier.lexical if isinstance(identifier, Literal) else ""
        if not self.id or not self.iri.endswith(self.id):
            raise triples.wrong(f"the document <{self.iri}> does not say its identifier")
        if v.DERIVED_FROM in about:
            raise triples.wrong("the document extends others, whose texts they do not have")
        self.base = self.iri.removesuffix(self.id)
        self.files = self._files()
        #: Whether external resources say what objects are about.
        self.annotated = any(
            f"<{one}>" in triples.about(subject).get(v.TYPE, [])
            for subject in triples.subjects()
            for one in RESOURCES
        )
        self._namespaces: dict[str, str] = {}
        self._aliases: dict[str, str] = {}
        # Prefixes that names of fields seem to have.
        self._taken = {
            name.partition(":")[0]
            for one in triples.subjects()
            for predicate in triples.about(one)
            if (name := iri.name_of(predicate[1:-1])) is not None
        }

    # What the document says of itself

    def imports(self) -> dict[str, dict[str, Any]]:
        """The schemas that the document imports: name -> version."""
        found: dict[str, dict[str, Any]] = {}
        for schema in self.triples.about(self.subject).get(v.CONFORMS_TO, []):
            about = self.triples.about(_text(schema))
            name, version = (
                parsed(_text(about[word][0])) if word in about else None
                for word in (v.TITLE, v.VERSION)
            )
            if isinstance(name, Literal):
                made = {"version": version.lexical} if isinstance(version, Literal) else {}
                found[name.lexical] = made
        return found

    def _files(self) -> dict[str, tuple[str, str]]:
        """Dataset -> prefix and name of the file that holds it."""
        found: dict[str, tuple[str, str]] = {}
        for one in self.triples.subjects():
            for file in self.triples.about(one).get(v.DISTRIBUTION, []):
                about = self.triples.about(_text(file))
                if one == self.subject or v.ARRAY not in self.triples.about(one).get(v.TYPE, []):
                    title = parsed(_text(about[v.TITLE][0])) if v.TITLE in about else None
                    if isinstance(title, Literal):
                        found[one[1:-1]] = (f"file{len(found) or ''}", title.lexical)
        return found

    def document(
        self, name_of: NameOf, read_as: ReadAs, imports: Mapping[str, Any], folder: str
    ) -> dict[str, Any]:
        """The document as plain data. `folder` is where its files lie, seen from it.

        Raises `DocumentError` (`rdf-invalid`) for what no document says.
        """
        self._aliases = {
            f"{iri.SCHEMAS}{name}:": said.get("as", name) for name, said in imports.items()
        }
        writer = _Writer(self, name_of, read_as)
        about = self.triples.about(self.subject)
        body: dict[str, Any] = {}
        for predicate, values in about.items():
            if predicate == v.TYPE or predicate in _OF_DOCUMENT or predicate == v.META:
                continue
            key = writer.key([], predicate)
            body[key] = writer.field((key,), [], predicate, values)
        meta: dict[str, Any] = {"id": self.id}
        if self.base != iri.DEFAULT_BASE:
            meta["base"] = self.base
        if v.META in about:
            free = writer.object((META,))
            meta |= {key: value for key, value in free.items() if key not in meta}
        for path, value in writer.apart():
            body.setdefault(path, value)
        prefixes: dict[str, Any] = {
            prefix: {"path": folder + name} for prefix, name in self.files.values()
        }
        prefixes |= {name: namespace for namespace, name in self._namespaces.items()}
        if prefixes:
            meta["prefixes"] = prefixes
        if imports:
            meta["imports"] = dict(imports)
        data = {DATA: body.pop(DATA)} if DATA in body else {}
        made = {"meta": meta, **data, **dict(sorted(body.items()))}
        if self.annotated:
            made[STORAGE] = {IDENTIFIERS: dict(writer.identifiers())}
        return made

    def curie(self, value: str) -> str:
        """A CURIE for an IRI, its prefix declared."""
        cut = max(value.rfind(sign) for sign in "#/:") + 1
        namespace, local = (value[:cut], value[cut:]) if cut < len(value) else (value, "")
        name = self._aliases.get(namespace) or self._namespaces.get(namespace)
        if name is None:
            names = (f"ns{number}" for number in count(len(self._namespaces) + 1))
            used = self._taken | set(self._namespaces.values())
            name = self._namespaces[namespace] = next(one for one in names if one not in used)
        return f"{name}:{local}"


class _Writer:
    """Writes objects; remembers which were written."""

    def __init__(self, back: Back, name_of: NameOf, read_as: ReadAs) -> None:
        self.back = back
        self.triples = back.triples
        self.name_of = name_of
        self.read_as = read_as
        self.subjects = {}
        for subject in back.triples.subjects():
            found = split(subject[1:-1]) if subject[0] == "<" else None
            if found is not None and found[0] == back.iri and found[1]:
                self.subjects[found[1]] = subject
        self.written: set[tuple[Step, ...]] = set()

    def object(self, path: tuple[Step, ...]) -> dict[str, Any]:
        """The object at a path of the document, with all that is written in it."""
        self.written.add(path)
        about = self.triples.about(self.subjects.get(path, ""))
        classes = [_text(one) for one in about.pop(v.TYPE, [])]
        made: dict[str, Any] = {}
        origin = self._origin(path, about)
        if origin is not None:
            made["from"] = origin
        kinds = [one for one in classes if one not in _CLASSES and one != v.ARRAY]
        if len(kinds) > 1:
            raise self.triples.wrong(f"<{self.back.iri}#{format_path(path)}> has several classes")
        if kinds:
            made["is_a"] = self._class(kinds[0])
        for predicate, values in about.items():
            if predicate not in (_ANNOTATED if self.back.annotated else _FOLLOWS):
                key = self.key(kinds, predicate)
                if key in made:
                    raise self.triples.wrong(f"`{key}` is said in two ways")
                value = self.field((*path, key), kinds, predicate, values)
                if value is not None:
                    made[key] = value
        return made

    def apart(self) -> list[tuple[str, Any]]:
        """Named objects that nothing wrote so far: those that references placed elsewhere."""
        found = []
        for path in sorted(self.subjects, key=str):
            if len(path) == 1 and path not in self.written and path != (META,):
                found.append((str(path[0]), self.object(path)))
        lost = [path for path in self.subjects if path not in self.written and path != (META,)]
        lost = [path for path in lost if not self._follows(path)]
        if lost:
            named = f"<{self.back.iri}#{format_path(lost[0])}>"
            raise self.triples.wrong(f"nothing leads to {named}")
        return found

    def identifiers(self) -> Iterator[tuple[str, dict[str, str]]]:
        """The `object_id`s by which external resources name objects, by their paths in a file."""
        for path, subject in self.subjects.items():
            for value in self.triples.about(subject).get(v.IDENTIFIER, []):
                found = parsed(_text(value))
                if path[0] == DATA and isinstance(found, Literal):
                    yield f"/{'/'.join(map(str, path[1:]))}", {"/": found.lexical}

    def _follows(self, path: tuple[Step, ...]) -> bool:
        """Whether all that is said of something follows from the document."""
        about = self.triples.about(self.subjects[path])
        classes = {_text(one) for one in about.get(v.TYPE, [])}
        fields = about.keys() - _FOLLOWS - {v.TYPE, v.DTYPE, v.SHAPE, v.CHUNKS, v.ROW_NUMBER}
        return not fields and classes <= {v.ARRAY, v.HDF_DATASET}

    def key(self, classes: list[str], predicate: str) -> str:
        """The name of a field."""
        value = predicate[1:-1]
        found = self.name_of(classes, value) or iri.name_of(value)
        return found if found is not None else self.back.curie(value)

    def _class(self, term: str) -> str:
        name = iri.name_of(term[1:-1])
        plain = (
            name is not None
            and ":" not in name
            and iri.encode(name) == term[1:-1][len(iri.TERMS) :]
        )
        return str(name) if plain else self.back.curie(term[1:-1])

    def _origin(self, path: tuple[Step, ...], about: dict[str, list[Term]]) -> Any:
        """The `from` of an object that comes from another, or whose values are in a file."""
        for value in about.get(v.DERIVED_FROM, []):
            source = _text(value)[1:-1]
            place = split(source)
            if place is not None and place[0] == self.back.iri and place[1]:
                return f"#{format_path(place[1])}"
            if place is not None and place[0] in self.back.files:
                inside = f"<{place[0]}#"
                for predicate in [one for one, has in about.items() if _all_in(has, inside)]:
                    del about[predicate]  # it comes with the rest
                self._own_value(path, about)
                return {"type": "hdf5", "source": self.mentioned((), source)}
        described = self._own_value(path, about)
        return None if described is None else self._source(described)

    def _own_value(
        self, path: tuple[Step, ...], about: dict[str, list[Term]]
    ) -> dict[str, list[Term]] | None:
        """What is said of the array that an object's values are, when they are in a file."""
        for predicate in list(about):
            for value in about[predicate]:
                place = split(value[1:-1]) if isinstance(value, str) and value[0] == "<" else None
                if place == (self.back.iri, (*path, "value")):
                    described = self.triples.about(_text(value))
                    if v.HDF_NAME in described and v.DISTRIBUTION in described:
                        del about[predicate]
                        return described
        return None

    def _source(self, described: dict[str, list[Term]]) -> dict[str, str]:
        title = self.triples.about(_text(described[v.DISTRIBUTION][0])).get(v.TITLE, ['""'])[0]
        name, path = parsed(_text(title)), parsed(_text(described[v.HDF_NAME][0]))
        for prefix, file in self.back.files.values():
            if isinstance(name, Literal) and file == name.lexical and isinstance(path, Literal):
                return {"type": "hdf5", "source": f"{prefix}:{path.lexical}"}
        raise self.triples.wrong("an array lies in a file that they do not name")

    def field(
        self, path: tuple[Step, ...], classes: list[str], predicate: str, values: list[Term]
    ) -> Any:
        """The value of a field."""
        if len(values) != 1:
            raise self.triples.wrong(
                f"{predicate} has several values, which only a list may have, in"
                f" <{self.back.iri}#{format_path(path[:-1])}>"
            )
        return self.value(path, classes, predicate, values[0])

    def value(self, path: tuple[Step, ...], classes: list[str], predicate: str, term: Term) -> Any:
        """What stands at a path: an object, a reference, a list or a scalar."""
        if isinstance(term, list):
            items: list[Any] = []
            for one, position in zip(term, self._positions(term, path), strict=True):
                # A null says nothing, but what follows it keeps its position.
                items += [None] * (position - len(items))
                items.append(self.value((*path, len(items)), classes, predicate, one))
            return _ordinary(items)
        found = parsed(term)
        if isinstance(found, IRI):
            return self.mentioned(path, found.value)
        if not isinstance(found, Literal):
            raise self.triples.wrong("a blank node that is no cell of a list")
        value = self.read_as(classes, predicate[1:-1], term)
        if value is None:
            value = of_literal(term)
        if isinstance(value, str):
            return _plain(value)
        if value is not None:
            return value
        made = {"@value": _plain(found.lexical)}
        if found.language is not None:
            return made | {"@language": found.language}
        return made | {"@type": self.back.curie(str(found.datatype))}

    def _positions(self, items: list[Term], path: tuple[Step, ...]) -> list[int]:
        """The least position that each item of the list at `path` may have.

        An object that is written in the list has the position that its identity says, if there is
        room for what stands between it and the next one: otherwise it is only referred to.
        """
        found = [self._position(one, path) for one in items]
        limit: int | None = None
        for place in range(len(found) - 1, -1, -1):
            said = found[place]
            limit = None if limit is None else limit - 1
            if said is None or said < place or (limit is not None and said > limit):
                found[place] = None
            else:
                limit = said
        return [0 if one is None else one for one in found]

    def _position(self, term: Term, path: tuple[Step, ...], depth: int = 1) -> int | None:
        """The position in the list at `path` that the first object in a term is written at."""
        if isinstance(term, list):
            inner = (self._position(one, path, depth + 1) for one in term)
            return next((one for one in inner if one is not None), None)
        place = split(term[1:-1]) if term[0] == "<" else None
        if place is None or place[0] != self.back.iri or place[1][: len(path)] != path:
            return None
        steps = place[1][len(path) :]
        if len(steps) != depth or not all(isinstance(step, int) for step in steps):
            return None
        return None if place[1] in self.written else int(steps[0])

    def mentioned(self, path: tuple[Step, ...], value: str) -> Any:
        """What an IRI is at a path: the object that is written there, or a reference."""
        place = split(value)
        described = self.triples.about(f"<{value}>")
        if v.HDF_NAME in described and v.ARRAY in described.get(v.TYPE, []):
            return self._source(described)["source"]
        if place is not None and place[0] == self.back.iri:
            if place[1] == path and path not in self.written:
                return self.object(path)
            if not place[1] or place[1] in self.subjects or place[1] in self.written:
                return f"#{format_path(place[1])}"
        if place is not None and place[0] in self.back.files and place[1][:1] == (DATA,):
            prefix = self.back.files[place[0]][0]
            return f"{prefix}:/{'/'.join(map(str, place[1][1:]))}"
        return self.back.curie(value)


def _all_in(values: list[Term], namespace: str) -> bool:
    """Whether terms are IRIs that begin so, or lists of these."""
    return all(
        _all_in(one, namespace) if isinstance(one, list) else one.startswith(namespace)
        for one in values
    )


def _text(term: Term) -> str:
    return term if isinstance(term, str) else ""


def _ordinary(items: list[Any]) -> list[Any]:
    """A list that is not taken for a named one: a field that is null says nothing."""
    if items and all(isinstance(one, dict) and len(one) == 1 for one in items):
        [key] = items[0]
        items[0][f"{key}_"] = None
    return items


def _plain(text: str) -> str:
    """A text that reads back as itself: tagged, where it might be a reference or a CURIE."""
    return Tagged(text) if text[:1] in ("#", "@", ".", "/") or _NAMED.match(text) else text

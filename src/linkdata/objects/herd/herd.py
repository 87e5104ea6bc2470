"""External resources: which terms are meant by which words of which objects.

Takes: objects, words in them, and the terms of vocabularies.
Gives: `HERD`, with hdmf.common's tables and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

Six tables that refer to each other by row: files, the objects in them, the words (keys) that the
objects use, the terms (entities), and which object uses which word, which word means which term.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from linkdata import iri
from linkdata.errors import UsageError, error
from linkdata.graph.changes import Made, assign
from linkdata.graph.entity import Entity, Value
from linkdata.objects.access import Object, wrap
from linkdata.objects.frames import pandas
from linkdata.objects.herd import archive
from linkdata.objects.herd.identities import file_of, object_id, type_of
from linkdata.objects.herd.records import TABLES, Record, Records
from linkdata.objects.known import EXPERIMENTAL

if TYPE_CHECKING:
    from linkdata.objects.terms import TermSet

#: What a link from an object to a term says.
ABOUT = "http://schema.org/about"
_ORDER = (
    ("files", "file_object_id"), ("objects", "objects_idx"), ("objects", "object_id"),
    ("objects", "files_idx"), ("objects", "object_type"), ("objects", "relative_path"),
    ("objects", "field"), ("keys", "keys_idx"), ("keys", "key"), ("entities", "entities_idx"),
    ("entities", "entity_id"), ("entities", "entity_uri"),
)  # fmt: skip
_MEMO = "records"


class HERD(Object):
    """References from words in objects to terms of vocabularies."""

    _TYPE: ClassVar[tuple[str, str]] = (EXPERIMENTAL, "HERD")

    def __init__(self, name: str = "external_resources", **tables: Records) -> None:
        """Make them in memory, empty or of tables by their names."""
        unknown = sorted(set(tables) - set(TABLES))
        if unknown:
            raise _usage(f"`{unknown[0]}` is no table of external resources")
        made = Made(name, ":".join(self._TYPE), type(self))
        super().__init__(made)
        for table in TABLES:
            self._keep(tables.get(table) or Records(table))

    # Tables

    def _keep(self, records: Records) -> None:
        self.entity.memo.clear()
        rows = [list(row) for row in records.rows]
        assign(self.entity, records.name, rows)

    def _records(self, name: str) -> Records:
        kept: dict[str, Records] = self.entity.memo.setdefault(_MEMO, {})
        if name not in kept:
            kept[name] = Records(name, _rows(name, self.entity))
        return kept[name]

    def _add(self, table: str, *cells: Any) -> Record:
        records = self._records(table)
        added = records.add(*cells)
        others = self.entity.memo.get(_MEMO)
        self._keep(records)
        self.entity.memo[_MEMO] = others  # what else was read stays as it is
        return added

    @property
    def keys(self) -> Records:  # type: ignore[override]
        """The words."""
        return self._records("keys")

    @property
    def files(self) -> Records:
        """The files that objects are in."""
        return self._records("files")

    @property
    def entities(self) -> Records:
        """The terms."""
        return self._records("entities")

    @property
    def objects(self) -> Records:
        """The objects, or the fields in them, that use words."""
        return self._records("objects")

    @property
    def object_keys(self) -> Records:
        """Which object uses which word."""
        return self._records("object_keys")

    @property
    def entity_keys(self) -> Records:
        """Which word means which term."""
        return self._records("entity_keys")

    # Adding

    def add_ref(
        self,
        container: Object,
        attribute: str | None = None,
        field: str = "",
        key: str | Record | None = None,
        entity_id: str | None = None,
        entity_uri: str | None = None,
        file: Object | None = None,
    ) -> None:
        """Say what a word in an object means: the term `entity_id` at the IRI `entity_uri`.

        `attribute` is the field in which the word is, `field` one of a compound. Without a `key`
        the field's text is the word. A CURIE of a prefix of the object's document needs no
        `entity_uri`. Nothing is added twice. Raises `UsageError` where the term has no IRI, or
        another than it had.
        """
        if entity_id is None:
            raise _usage("a reference needs an `entity_id`")
        target, path = self._target(container, attribute)
        if key is None:
            key = self._text(container, attribute)
        known = self.get_entity(entity_id)
        uri = entity_uri or (known.entity_uri if known else _expanded(container.entity, entity_id))
        if known is not None and uri != known.entity_uri:
            raise _usage(f"the term `{entity_id}` is at <{known.entity_uri}>, not at <{uri}>")
        used = self._object(file or file_of(container), target, path, field, add=True)
        assert used is not None
        word = key if isinstance(key, Record) else self._word(used, key)
        entity = known or self._add("entities", entity_id, uri)
        if (used.idx, word.idx) not in self.object_keys.rows:
            self._add("object_keys", used, word)
        if (entity.idx, word.idx) not in self.entity_keys.rows:
            self._add("entity_keys", entity, word)

    def add_resource(self, resource_spec: dict[str, Any]) -> None:
        """The same as `add_ref`, with its arguments in a mapping."""
        self.add_ref(**resource_spec)

    def add_ref_termset(
        self,
        container: Object,
        attribute: str | None = None,
        field: str = "",
        key: str | None = None,
        termset: TermSet | None = None,
    ) -> dict[str, list[Any]] | None:
        """Say of a word, or of all texts of a column or field, what they mean by a term set.

        Without a `termset` the one that the column has. Gives the `missing_terms`, if there are
        some. Raises `UsageError` where there is no term set, or no texts.
        """
        found: Any = container if attribute is None else self._target(container, attribute)[0]
        values = getattr(found, "_kept", None)
        if values is None and attribute is not None:
            values = container[attribute]
        terms = termset or getattr(values, "termset", None)
        if terms is None:
            raise _usage("a `termset` is needed: the column has none")
        texts = [key] if key is not None else _texts(values)
        missing = []
        for text in texts:
            if not terms.validate(text):
                missing.append(text)
                continue
            term = terms[text]
            self.add_ref(container, attribute, field, text, term.id, term.meaning)
        return {"missing_terms": missing} if missing else None

    def add_ref_container(self, root_container: Object) -> None:
        """Say what the texts mean of all columns below an object that have a term set."""
        for found in _within(root_container):
            if hasattr(getattr(found, "_kept", None), "termset"):
                self.add_ref_termset(found)

    def _target(self, container: Object, attribute: str | None) -> tuple[Object, str]:
        if attribute is None or (attribute == "data" and "data" not in container.entity):
            return container, ""
        try:
            found = container[attribute]
        except KeyError:
            found = getattr(container, attribute)
        return (found, "") if isinstance(found, Object) else (container, attribute)

    def _text(self, container: Object, attribute: str | None) -> str:
        found = None if attribute is None else container[attribute]
        if not isinstance(found, str):
            raise _usage("without a `key` the attribute has to be one text")
        return found

    def _word(self, used: Record, key: str) -> Record:
        """The word as the object uses it: the same word of other objects may mean other things."""
        for row in self.object_keys.which(objects_idx=used.idx):
            number = self.object_keys["keys_idx", row]
            if self.keys["key", number] == key:
                return self.keys.row(number)
        return self._add("keys", key)

    def _object(
        self, file: Object, target: Object, path: str, field: str, *, add: bool = False
    ) -> Record | None:
        numbers = self.files.which(file_object_id=object_id(file))
        wanted = (object_id(target), path, field)
        for number, (inside, which, _, *rest) in enumerate(self.objects.rows):
            if inside in numbers and (which, *rest) == wanted:
                return self.objects.row(number)
        if not add:
            return None
        number = numbers[0] if numbers else self._add("files", object_id(file)).idx
        return self._add("objects", number, wanted[0], type_of(target), path, field)

    # Asking

    def get_entity(self, entity_id: str) -> Record | None:
        """A term by its id, or None."""
        found = self.entities.which(entity_id=entity_id)
        return self.entities.row(found[0]) if found else None

    def get_key(
        self,
        key_name: str,
        file: Object | None = None,
        container: Object | None = None,
        relative_path: str = "",
        field: str = "",
    ) -> Record | list[Record]:
        """A word, as an object uses it where one is given; a list where there are several.

        Raises `UsageError` where there is none.
        """
        matches = self.keys.which(key=key_name)
        if container is not None:
            used = self._object(file or file_of(container), container, relative_path, field)
            if used is None:
                raise _usage("the object has no references")
            of_object = {self.object_keys["keys_idx", row]
                         for row in self.object_keys.which(objects_idx=used.idx)}  # fmt: skip
            matches = [number for number in matches if number in of_object]
        if not matches:
            raise _usage(f"there is no key `{key_name}`")
        found = [self.keys.row(number) for number in matches]
        return found[0] if len(found) == 1 or container is not None else found

    def get_object_entities(
        self,
        container: Object,
        file: Object | None = None,
        attribute: str | None = None,
        relative_path: str = "",
        field: str = "",
    ) -> Any:
        """The terms that an object's words mean, as a `pandas.DataFrame`. Raises `UsageError`."""
        target, path = container, relative_path
        if attribute is not None:
            target, path = self._target(container, attribute)
        used = self._object(file or file_of(container), target, path, field)
        if used is None:
            raise _usage("the object has no references")
        rows = [
            self.entities[self.entity_keys["entities_idx", row]]
            for used_key in self.object_keys.which(objects_idx=used.idx)
            for row in self.entity_keys.which(keys_idx=self.object_keys["keys_idx", used_key])
        ]
        return pandas().DataFrame(rows, columns=list(TABLES["entities"]))

    def get_object_type(
        self,
        object_type: str,
        relative_path: str = "",
        field: str = "",
        all_instances: bool = False,
    ) -> Any:
        """The rows of `to_dataframe` for objects of a type, or for a field of them."""
        frame = self.to_dataframe()
        chosen = frame["object_type"] == object_type
        if not all_instances:
            chosen &= (frame["relative_path"] == relative_path) & (frame["field"] == field)
        return frame.loc[chosen]

    def to_dataframe(self, use_categories: bool = False) -> Any:
        """Everything in one `pandas.DataFrame`: a row for each term of each word of each object."""
        rows = [
            {
                **self.files.row(self.objects["files_idx", used]).todict(),
                **self.objects.row(used).todict(), "objects_idx": used,
                **self.keys.row(word).todict(), "keys_idx": word,
                **self.entities.row(term).todict(), "entities_idx": term,
            }
            for used, word, term in self._meanings()
        ]  # fmt: skip
        frame = pandas().DataFrame(rows, columns=[name for _, name in _ORDER])
        frame = frame.astype({name: "uint32" for _, name in _ORDER if name.endswith("_idx")})
        if use_categories:
            frame.columns = pandas().MultiIndex.from_tuples(_ORDER)
        return frame

    def _meanings(self) -> Iterator[tuple[int, int, int]]:
        for used, word in self.object_keys:
            for row in self.entity_keys.which(keys_idx=word):
                yield used, word, self.entity_keys["entities_idx", row]

    def links(self, root: Object) -> Iterator[tuple[str, str, str]]:
        """The references as triples of IRIs: the object, `schema:about`, the term.

        Objects are looked for in `root` and all that stands in it.
        """
        where = {object_id(one): one.entity.iri for one in _within(root)}
        for used, _, term in self._meanings():
            subject = where.get(self.objects["object_id", used])
            if subject is not None:
                yield subject, ABOUT, self.entities["entity_uri", term]

    # Files

    def to_zip(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the tables as hdmf.common does: a zip of tab separated texts.

        Raises `OutputError` (`output-exists` unless `force`).
        """
        archive.write(path, [self._records(name) for name in TABLES], force=force)

    @classmethod
    def from_zip(cls, path: str | os.PathLike[str]) -> Self:
        """What hdmf.common, or `to_zip`, wrote. Raises `UsageError` where the tables do not fit."""
        tables = {records.name: records for records in archive.read(path)}
        return cls("external_resources", **tables)

    @staticmethod
    def assert_external_resources_equal(left: HERD, right: HERD, check_dtype: bool = True) -> bool:
        """True; raises AssertionError that names the tables that differ."""
        different = [name for name in TABLES
                     if left._records(name).rows != right._records(name).rows]  # fmt: skip
        if different:
            raise AssertionError(f"the tables {', '.join(different)} differ")
        return True


def _rows(name: str, entity: Entity) -> list[Any]:
    """The rows of a table: of memory or a document lists or mappings, of a file a compound."""
    if name not in entity:
        return []
    changed = (entity.changes or {}).get(name)
    value: Value = entity.link(name) if changed is None else changed
    found = wrap(value)
    if isinstance(found, Object):
        found = found[...]
    return [_cells(row, TABLES[name]) for row in (found if isinstance(found, list) else found[...])]


def _cells(row: Any, columns: tuple[str, ...]) -> list[Any]:
    if isinstance(row, list | tuple):
        return list(row)
    return [row[column] for column in columns]


def _texts(values: Any) -> list[Any]:
    if isinstance(values, str):
        return [values]
    if values is None:
        raise _usage("there are no texts to find terms for")
    return list(values[:])


def _within(root: Object) -> Iterator[Object]:
    waiting, seen = [root], set[int]()
    while waiting:
        found = waiting.pop()
        if id(found.entity) in seen:
            continue
        seen.add(id(found.entity))
        yield found
        values = (wrap(found.entity.link(key)) for key in found.entity)
        waiting += [value for value in values if isinstance(value, Object)]


def _expanded(entity: Entity, curie: str) -> str:
    """The IRI of a CURIE by the prefixes of the object's document. Raises `UsageError`."""
    while isinstance(entity, Made) and entity.owner is not None:
        entity = entity.owner
    prefixes = entity.context.iri_prefixes if entity.graph is not None else {}
    found = iri.expand(curie, prefixes)
    if found is None:
        raise UsageError(
            error("usage", f"the term `{curie}` has no `entity_uri`", entity.span,
                  hint="give it one, or declare the prefix of the CURIE in `meta.prefixes`")
        )  # fmt: skip
    return found


def _usage(message: str) -> UsageError:
    return UsageError(error("usage", message))

"""Sets of terms: what texts may be used, and what they mean.

Takes: a LinkML schema with an enumeration.
Gives: `TermSet` and `TermSetWrapper`, with hdmf's arguments and methods; `Terms`, a list that takes
no other texts.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

Only the enumeration and the prefixes of the schema are read. Its file is data: nothing that it
imports is loaded, and nothing is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, SupportsIndex

from linkdata import iri
from linkdata.errors import (
    ModelError,
    NotYetError,
    RetrievalError,
    SchemaError,
    TextError,
    did_you_mean,
    error,
)


class Term(NamedTuple):
    """A term: its CURIE, what it is in words, its IRI. None for what the schema does not say."""

    id: str | None
    description: str | None
    meaning: str | None


class TermSet:
    """The terms of the first enumeration of a schema, by their texts."""

    def __init__(
        self,
        term_schema_path: str | os.PathLike[str] | None = None,
        schemasheets_folder: str | None = None,
        dynamic: bool = False,
    ) -> None:
        """Read a schema. Raises `RetrievalError`, `TextError`, and `SchemaError` without terms.

        Sheets, and enumerations that are looked up in ontologies, raise `NotYetError`.
        """
        if term_schema_path is None or schemasheets_folder is not None or dynamic:
            raise NotYetError(
                error("not-yet", "terms are read from a LinkML schema that lists them",
                      hint="make one of sheets with schemasheets, of ontologies with oaklib")
            )  # fmt: skip
        self.term_schema_path = os.fspath(term_schema_path)
        schema = _read(Path(term_schema_path))
        self.name = str(schema.get("name", Path(term_schema_path).stem))
        #: The IRIs of prefixes.
        self.sources = _prefixes(schema)
        self._values = _values(schema, self.term_schema_path)

    @cached_property
    def view_set(self) -> dict[str, Term]:
        """All terms by their texts."""
        return {text: self._term(said) for text, said in self._values.items()}

    def _term(self, said: Any) -> Term:
        found = said if isinstance(said, Mapping) else {}
        curie = found.get("meaning")
        expanded = None if curie is None else iri.expand(curie, self.sources) or curie
        return Term(curie, found.get("description"), expanded)

    def validate(self, term: Any) -> bool:
        """Whether a text is among the terms."""
        return term in self.view_set

    def __getitem__(self, term: str) -> Term:
        """The term of a text. Raises `ModelError` (`value-enum`), a ValueError, for another one."""
        found = self.view_set.get(term)
        if found is None:
            raise self.refused([term])
        return found

    def refused(self, texts: list[Any]) -> ModelError:
        """The error that texts are none of the terms."""
        listed = ", ".join(f"`{text}`" for text in texts)
        verb = "is" if len(texts) == 1 else "are"
        return ModelError(
            error("value-enum", f"{listed} {verb} not in the term set `{self.name}`",
                  hint=did_you_mean(str(texts[0]), self.view_set))
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.view_set)

    def __iter__(self) -> Iterator[str]:
        return iter(self.view_set)

    def __repr__(self) -> str:
        shown = list(self.view_set)[:4]
        more = ", ..." if len(self) > len(shown) else ""
        return f"<TermSet {self.name}: {', '.join(shown)}{more} ({len(self)} terms)>"


class Terms(list[Any]):
    """A list that takes no texts but those of a term set. Raises `ModelError` for others."""

    def __init__(self, texts: Iterable[Any], termset: TermSet) -> None:
        self.termset = termset
        super().__init__(self.check(texts))

    def check(self, texts: Iterable[Any]) -> list[Any]:
        """The texts, which all are terms. Raises `ModelError`."""
        given = list(texts)
        wrong = [text for text in given if not self.termset.validate(text)]
        if wrong:
            raise self.termset.refused(wrong)
        return given

    def append(self, text: Any) -> None:
        """Put a text at the end."""
        super().append(self.check([text])[0])

    def extend(self, texts: Iterable[Any]) -> None:
        """Put texts at the end, all or none."""
        super().extend(self.check(texts))

    def insert(self, at: SupportsIndex, text: Any) -> None:
        """Put a text before a position."""
        super().insert(at, self.check([text])[0])

    def __setitem__(self, at: Any, value: Any) -> None:
        several = isinstance(at, slice)
        checked = self.check(value if several else [value])
        super().__setitem__(at, checked if several else checked[0])


class TermSetWrapper:
    """Texts with the set that they are of: the data of a column, or the value of a field."""

    def __init__(self, termset: TermSet, value: Any, field: str | None = None) -> None:
        """Check the texts: one, or a list or array; of a compound array, those of a `field`.

        Raises `ModelError` for texts that are no terms.
        """
        self.termset = termset
        self.field = field
        texts = value[field] if field is not None else value
        single = isinstance(texts, str)
        checked = Terms([texts] if single else _listed(texts), termset)
        #: What was wrapped; a list or an array of texts as one that takes no others.
        self.value: Any = value if single or field is not None else checked

    @property
    def dtype(self) -> Any:
        """The dtype of what is wrapped, if it has one."""
        return self.value.dtype

    def append(self, arg: Any) -> None:
        """Put a text at the end. Raises `ModelError` for one that is no term."""
        self.value.append(arg)

    def extend(self, arg: Iterable[Any]) -> None:
        """Put texts at the end, all or none."""
        self.value.extend(_listed(arg))

    def __getitem__(self, index: Any) -> Any:
        return self.value[index]

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value)


def _listed(texts: Any) -> list[Any]:
    return texts.tolist() if hasattr(texts, "tolist") else list(texts)


def _read(path: Path) -> Mapping[str, Any]:
    from linkdata.syntax.nodes import plain
    from linkdata.syntax.reader import read
    from linkdata.syntax.stream import decode

    try:
        stream = read(decode(path.read_bytes(), str(path)))
    except OSError as problem:
        raise RetrievalError(
            error("resource-unreadable", f"cannot read {path}: {problem.strerror}", place=str(path))
        ) from problem
    if stream.diagnostics:
        raise TextError(stream.diagnostics)
    found = plain(stream.documents[0].root)
    return found if isinstance(found, Mapping) else {}


def _prefixes(schema: Mapping[str, Any]) -> dict[str, str]:
    found = schema.get("prefixes")
    listed = found if isinstance(found, Mapping) else {}
    return {
        prefix: str(said.get("prefix_reference") if isinstance(said, Mapping) else said)
        for prefix, said in listed.items()
    }


def _values(schema: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    enums = schema.get("enums")
    first = next(iter(enums.values()), None) if isinstance(enums, Mapping) else None
    values = first.get("permissible_values") if isinstance(first, Mapping) else None
    if not isinstance(values, Mapping) or not values:
        raise SchemaError(
            error("schema-invalid", "the schema has no enumeration with values", place=place)
        )
    return values

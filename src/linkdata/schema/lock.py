"""The lock file: which schemas the documents of a project were written with.

Takes: `linkdata.lock`, and the schemas that were found for imports.
Gives: `Lock`: it says which version and which files were used, and finds what has changed.
Implements: `specs/linkdata-1.0.md`, section "Lock file".

Beside the digest of a schema's texts an entry keeps a short digest of each slot, so that a schema
that is another one can be told apart class by class, without the old one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from linkdata.errors import Diagnostic, LinkdataError, Related, SchemaError, error
from linkdata.output import write_text
from linkdata.resolve.configuration import project_file
from linkdata.resolve.retrievers import file_path
from linkdata.schema.model import Class, Schema
from linkdata.spans import Span

LOCK_FILE = "linkdata.lock"
FORMAT = 1
#: How many differences a message tells before it says how many more there are.
_TOLD = 8


@dataclass(frozen=True, slots=True)
class Locked:
    """What was used for an import. `files` are the digests (sha256) of what was fetched, by URL.

    `classes` tells of each class its own digest and those of its slots, `digest slot=digest ...`.
    """

    name: str
    requested: str | None
    version: str | None
    source: str
    digest: str
    files: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)


class Lock:
    """The entries of a lock file, by the name and the version that imports ask for."""

    def __init__(self, path: Path | None, entries: Mapping[tuple[str, str | None], Locked]) -> None:
        self.path = path
        self.entries = dict(entries)

    @classmethod
    def beside(cls, location: str) -> Lock:
        """The lock of a document: in the folder of its project, else in its own.

        Raises `SchemaError` (`lock-invalid`).
        """
        path = lock_path(location)
        return cls(None, {}) if path is None else cls.read(path)

    @classmethod
    def read(cls, path: Path) -> Lock:
        """A lock file; without entries when it is not there. Raises `SchemaError`."""
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return cls(path, {})
        except (OSError, ValueError) as problem:
            raise SchemaError(_invalid(path, str(problem))) from problem
        import tomllib

        try:
            data = tomllib.loads(text)
            if data.get("version") != FORMAT:
                raise SchemaError(
                    _invalid(path, f"it is of version {data.get('version')}, known is {FORMAT}")
                )
            found = [_entry(item) for item in data.get("schemas", [])]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            raise SchemaError(_invalid(path, f"{type(problem).__name__}: {problem}")) from problem
        return cls(path, {(one.name, one.requested): one for one in found})

    def find(self, name: str, requested: str | None) -> Locked | None:
        """The entry for an import."""
        return self.entries.get((name, requested))

    def verify(
        self, name: str, requested: str | None, texts: Mapping[str, str], schema: Schema, span: Span
    ) -> None:
        """Raise `SchemaError` (`schema-changed`) unless a schema is the one that was locked."""
        locked = self.find(name, requested)
        if locked is None or locked.digest == digest_of(texts):
            return
        changes = list(differences(locked.classes, outline(schema)))
        told = "; ".join(changes[:_TOLD]) or "only descriptions, or the order of parts"
        more = f"; and {len(changes) - _TOLD} more" if len(changes) > _TOLD else ""
        versions = f" (version {schema.version})"
        if locked.version != schema.version:
            versions = f" (version {locked.version} was locked, found is {schema.version})"
        raise SchemaError(
            error("schema-changed", f"the schema `{name}` is not the one that was locked"
                  f"{versions}: {told}{more}", span,
                  related=[Related(change) for change in changes[_TOLD:]],
                  hint="have the locked one again, or lock this one: linkdata schema DOC --lock")
        )  # fmt: skip

    def with_entry(self, entry: Locked) -> Lock:
        """The same with an entry added, or in the place of the one that it had."""
        return Lock(self.path, {**self.entries, (entry.name, entry.requested): entry})

    def write(self) -> Path:
        """Write the file. Raises `OutputError`, and `SchemaError` for a lock without a place."""
        if self.path is None:
            raise SchemaError(
                error("schema-not-found", f"a document without a file has no `{LOCK_FILE}`")
            )
        write_text(self.path, _written(self.entries.values()), force=True)
        return self.path


def lock_path(location: str) -> Path | None:
    """Where the lock file of a document is; None for a document without a file."""
    try:
        folder = file_path(location).parent
    except LinkdataError:
        return None
    project = project_file(folder)
    return (folder if project is None else project.parent) / LOCK_FILE


def locked(
    name: str,
    requested: str | None,
    source: str,
    texts: Mapping[str, str],
    schema: Schema,
    files: Mapping[str, str],
) -> Locked:
    """The entry for a schema that was found."""
    return Locked(name, requested, schema.version, source, digest_of(texts), files, outline(schema))


def digest_of(texts: Mapping[str, str]) -> str:
    """The digest of texts by their names."""
    hasher = hashlib.sha256()
    for name in sorted(texts):
        for part in (name, texts[name]):
            data = part.encode("utf-8", "surrogatepass")
            hasher.update(len(data).to_bytes(8, "little") + data)
    return f"sha256:{hasher.hexdigest()}"


# What changed


def outline(schema: Schema) -> dict[str, str]:
    """The digests of all classes and slots, without their descriptions."""
    return {name: _of_class(found) for name, found in sorted(schema.classes.items())}


def _of_class(found: Class) -> str:
    from linkdata.schema.plain import as_data

    data = as_data(replace(found, description=""))
    slots = data.pop("slots", {})
    parts = [_short(data)]
    for name in sorted(slots):
        slots[name].pop("description", None)
        parts.append(f"{name}={_short(slots[name])}")
    return " ".join(parts)


def _short(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """What differs between two outlines, in words."""
    for name in sorted(old.keys() - new.keys()):
        yield f"the class `{name}` is gone"
    for name in sorted(new.keys() - old.keys()):
        yield f"the class `{name}` is new"
    for name in sorted(old.keys() & new.keys()):
        yield from _slot_differences(name, *(_parts(one[name]) for one in (old, new)))


def _slot_differences(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    if old.get("") != new.get(""):
        yield f"`{name}` descends from another class, or has another IRI"
    for word, slots in (
        ("lost", old.keys() - new.keys()),
        ("gained", new.keys() - old.keys()),
        ("changed", {slot for slot in old.keys() & new.keys() if slot and old[slot] != new[slot]}),
    ):
        if slots:
            yield f"`{name}` {word} " + ", ".join(f"`{slot}`" for slot in sorted(slots))


def _parts(text: str) -> dict[str, str]:
    own, *slots = text.split(" ")
    return {"": own, **dict(slot.rpartition("=")[::2] for slot in slots)}


# The file


def _entry(item: Mapping[str, Any]) -> Locked:
    words = {key: item.get(key) for key in ("requested", "version")}
    found = Locked(
        name=item["name"],
        source=item["source"],
        digest=item["digest"],
        files=dict(item.get("files", {})),
        classes=dict(item.get("classes", {})),
        **words,
    )
    texts = (found.name, found.source, found.digest, *found.files.values(), *found.classes.values())
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("an entry of a lock is made of texts")
    return found


def _written(entries: Any) -> Iterator[str]:
    yield "# Which schemas the documents here were written with. Made by `linkdata schema DOC"
    yield f" --lock`.\nversion = {FORMAT}\n"
    for entry in sorted(entries, key=lambda one: (one.name, one.requested or "")):
        yield "\n[[schemas]]\n"
        for key in ("name", "requested", "version", "source", "digest"):
            value = getattr(entry, key)
            if value is not None:
                yield f"{key} = {_text(value)}\n"
        for table in ("files", "classes"):
            values = getattr(entry, table)
            if values:
                yield f"[schemas.{table}]\n"
                yield from (f"{_text(key)} = {_text(values[key])}\n" for key in sorted(values))


def _text(value: str) -> str:
    """A basic string of TOML: JSON's are, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _invalid(path: Path, reason: str) -> Diagnostic:
    return error(
        "lock-invalid", f"the lock file cannot be read: {reason}", place=str(path),
        hint="make it again: linkdata schema DOC --lock",
    )  # fmt: skip

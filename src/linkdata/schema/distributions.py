"""Schemas in installed distributions: found through their metadata, read without importing.

Takes: the name of a distribution, and the name and version of a schema.
Gives: the text of the schema's file, and of those beside it.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

The metadata of a distribution lists its files; those that may be schemas are read as text. No
code of the distribution runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from linkdata.errors import SchemaError, did_you_mean, error

_SUFFIXES = (".yaml", ".yml")
#: A larger file is data, not a schema.
_MAX_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A file that holds a schema: its path, its text, and the version it says it has."""

    path: Path
    text: str
    version: str | None
    is_namespace: bool  # of the NWB specification language, not LinkML

    def beside(self, name: str) -> str:
        """The text of a file beside it. Raises `OSError`."""
        return (self.path.parent / name).read_text(encoding="utf-8")


def find(package: str, name: str, version: str | None) -> SchemaFile:
    """The schema `name` in an installed distribution; the newest one if no version is asked for.

    Raises `SchemaError` (`schema-not-found`).
    """
    found = sorted(schema_files(package, name), key=lambda file: order(file.version))
    if not found:
        raise _missing(f"the distribution `{package}` has no schema `{name}`")
    if version is None:
        return found[-1]
    for file in found:
        if file.version == version:
            return file
    versions = [file.version or "?" for file in found]
    raise _missing(
        f"the distribution `{package}` has no version {version} of `{name}`",
        did_you_mean(version, versions) or "it has " + ", ".join(versions),
    )


def schema_files(package: str, name: str) -> Iterator[SchemaFile]:
    """All files of a distribution that hold the schema `name`."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        installed = distribution(package)
    except PackageNotFoundError:
        raise _missing(
            f"the distribution `{package}` is not installed", f"pip install {package}"
        ) from None
    says_name = re.compile(rf"^(?:- )?\s*name:\s*['\"]?{re.escape(name)}['\"]?\s*$", re.MULTILINE)
    for file in installed.files or ():
        if file.suffix not in _SUFFIXES:
            continue
        path = Path(str(installed.locate_file(file)))
        try:
            if path.stat().st_size > _MAX_BYTES:
                continue
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if says_name.search(text):
            made = _schema_file(path, text, name)
            if made is not None:
                yield made


def _schema_file(path: Path, text: str, name: str) -> SchemaFile | None:
    """The file, if its top level says that it is the schema."""
    from linkdata.schema.language.texts import plain

    try:
        data = plain(str(path), text, strings=True)
    except SchemaError:
        return None
    if not isinstance(data, dict):
        return None
    namespaces = data.get("namespaces")
    if isinstance(namespaces, list):
        for item in namespaces:
            if isinstance(item, dict) and item.get("name") == name:
                return SchemaFile(path, text, _text(item.get("version")), True)
        return None
    if data.get("name") == name and ("classes" in data or "imports" in data or "types" in data):
        return SchemaFile(path, text, _text(data.get("version")), False)
    return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def order(version: str | None) -> tuple[tuple[int, int | str], ...]:
    """A key by which versions sort as people expect; a pre-release before its release."""
    parts = re.findall(r"[0-9]+|[A-Za-z]+", version or "")
    found = [(2, int(part)) if part.isdigit() else (0, part) for part in parts]
    return (*found, (1, 0))


def _missing(message: str, hint: str | None = None) -> SchemaError:
    return SchemaError(error("schema-not-found", message, hint=hint))

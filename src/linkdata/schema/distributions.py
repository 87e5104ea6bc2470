"""Schemas in installed distributions: found through their metadata, read without importing.

Takes: the name of a distribution, and the name and version of a schema.
Gives: the text of the schema's file, and of those beside it.
Implements: `specs/linkdata-1.0.md`, section "Schemas and imports".

The metadata of a distribution lists its files; those that may be schemas are read as text. No
code of the distribution runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from linkdata.errors import SchemaError, did_you_mean, error

SUFFIXES = (".yaml", ".yml")
#: A larger file is data, not a schema.
MAX_BYTES = 4 * 2**20


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


def find(package: str, name: str, version: str | None, release: str | None = None) -> SchemaFile:
    """The schema `name` in an installed distribution; the newest one if no version is asked for.

    `release` is the version that the distribution has to have. Raises `NotInstalledError`, and
    `SchemaError` (`schema-not-found`) for a distribution that does not have the schema.
    """
    return chosen(schema_files(installed_files(package, release), name), package, name, version)


def chosen(files: Iterable[SchemaFile], package: str, name: str, version: str | None) -> SchemaFile:
    """The one of a version among the files of a schema, else the newest.

    Raises `SchemaError` (`schema-not-found`).
    """
    found = sorted(files, key=lambda file: order(file.version))
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


def installed_files(package: str, release: str | None = None) -> list[Path]:
    """The files of an installed distribution that may be schemas.

    Raises `NotInstalledError` when it is not there, or not of this release.
    """
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        installed = distribution(package)
    except PackageNotFoundError:
        raise _not_installed(package, "is not installed", package) from None
    if release is not None and installed.version != release:
        reason = f"is installed in version {installed.version}, not {release}"
        raise _not_installed(package, reason, f"{package}=={release}")
    return [
        Path(str(installed.locate_file(file)))
        for file in installed.files or ()
        if file.suffix in SUFFIXES
    ]


def release_of(package: str) -> str:
    """The version of an installed distribution."""
    from importlib.metadata import version

    return version(package)


def schema_files(files: Iterable[Path], name: str) -> Iterator[SchemaFile]:
    """The files among those of a distribution that hold the schema `name`."""
    # Most files are told apart without reading them as YAML.
    says_name = re.compile(rf"\bname['\"]?\s*:\s*['\"]?{re.escape(name)}['\"]?\s*(?:[,}}#\n\r]|$)")
    for path in files:
        try:
            if path.stat().st_size > MAX_BYTES:
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


class NotInstalledError(SchemaError):
    """A distribution that is not there (`schema-not-found`)."""


def _not_installed(package: str, reason: str, requirement: str) -> NotInstalledError:
    return NotInstalledError(
        error("schema-not-found", f"the distribution `{package}` {reason}",
              hint=f"pip install {requirement}")
    )  # fmt: skip


def _missing(message: str, hint: str | None = None) -> SchemaError:
    return SchemaError(error("schema-not-found", message, hint=hint))

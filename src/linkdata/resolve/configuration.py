"""Configuration: which folders and hosts may be read, and what authorities are bound to.

Takes: `linkdata.toml` found upward from a document, the user's configuration file, environment
variables, and what the caller gives; later ones override earlier ones.
Gives: `Configuration`.
Implements: `specs/linkdata-1.0.md`, sections "Resources, roots and authorities" and "Network".
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkdata.errors import Diagnostic, RetrievalError, UsageError, did_you_mean, error
from linkdata.resolve.network import Network
from linkdata.resolve.retrievers import file_location
from linkdata.roots import Roots
from linkdata.spans import Source

PROJECT_FILE = "linkdata.toml"
ROOTS_VARIABLE = "LINKDATA_ROOTS"
AUTHORITIES_VARIABLE = "LINKDATA_AUTHORITIES"
STORE_VARIABLE = "LINKDATA_STORE"
CONFIG_VARIABLE = "LINKDATA_CONFIG"
NETWORK_VARIABLE = "LINKDATA_NETWORK"
#: The first of these that is set names the index of packages.
INDEX_VARIABLES = ("LINKDATA_INDEX", "PIP_INDEX_URL")

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
_HOST = re.compile(
    r"(?:(?!https?:)[A-Za-z][A-Za-z0-9+.-]*://)?(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?\Z"
)
# A project file comes with the data: what it names must not widen what may be read.
_OWN_ONLY = ("roots", "network", "index")


@dataclass(frozen=True, slots=True)
class Configuration:
    """Allowed roots, the locations of authorities (each ends in `/`), allowed hosts, and the
    folders and URLs of stores, in the order in which they are asked."""

    roots: Roots
    authorities: Mapping[str, str]
    network: Network = field(default_factory=Network)
    stores: tuple[str, ...] = ()


def configure(
    folder: Path,
    *,
    roots: Iterable[Path | str] = (),
    authorities: Mapping[str, Path | str] | None = None,
    network: Iterable[str] = (),
    stores: Iterable[Path | str] = (),
) -> Configuration:
    """The configuration for documents in `folder`.

    Raises `RetrievalError` (`configuration-invalid`, `authority-invalid`).
    """
    folder = _real(folder)
    allowed: list[Path] = []
    bound: dict[str, Path] = {}
    hosts = [parse_host(host) for host in network]
    kept = [str(place) for place in stores]  # the nearest to the caller first
    kept += filter(None, [os.environ.get(STORE_VARIABLE)])
    index = next(filter(None, map(os.environ.get, INDEX_VARIABLES)), None)
    project = project_file(folder)
    if project is None:
        allowed.append(folder)
    else:
        # Its own folder is allowed, and nothing outside.
        home = project.parent
        allowed.append(home)
        table = _read(project, own=False)
        for name, path in table.get("authorities", {}).items():
            target = _real(home / path)
            if not target.is_relative_to(home):
                raise RetrievalError(
                    error(
                        "authority-invalid",
                        f"the authority `{name}` points outside the project's folder",
                        place=str(project),
                        hint="bind it in your own configuration, or with --authority",
                    )
                )
            bound[name] = target
        if "store" in table:
            store = _real(home / table["store"])  # never a URL: it comes with the data
            if is_url(table["store"]) or not store.is_relative_to(home):
                reason = "`store` points outside the project's folder"
                hint = "name it in your own configuration, or with --store"
                raise RetrievalError(_invalid(project, reason, hint))
            kept.append(str(store))
    user = _user_file()
    if user is not None and os.path.isfile(user):
        table = _read(user, own=True)
        allowed += [user.parent / os.path.expanduser(path) for path in table.get("roots", [])]
        for name, path in table.get("authorities", {}).items():
            bound[name] = user.parent / os.path.expanduser(path)
        hosts += table.get("network", [])
        if "store" in table:
            kept.append(_beside(user, table["store"]))
        index = index or table.get("index")
    hosts += map(parse_host, os.environ.get(NETWORK_VARIABLE, "").split())
    for path in filter(None, os.environ.get(ROOTS_VARIABLE, "").split(os.pathsep)):
        allowed.append(Path(path))
    for item in filter(None, os.environ.get(AUTHORITIES_VARIABLE, "").split(os.pathsep)):
        name, path = parse_binding(item)
        bound[name] = Path(path)
    for name, given in (authorities or {}).items():
        bound[name] = Path(given)
    allowed += [Path(path) for path in roots]
    # Who binds an authority, or names a store, means it to be read.
    allowed += bound.values()
    kept = [place if is_url(place) else str(_real(Path(place))) for place in kept]
    allowed += [Path(place) for place in kept if not is_url(place)]
    locations = {name: file_location(_real(path)) + "/" for name, path in bound.items()}
    return Configuration(Roots(map(_real, allowed)), locations, Network(hosts, index), tuple(kept))


def parse_binding(text: str) -> tuple[str, str]:
    """The name and the folder of `name=folder`. Raises `UsageError`."""
    name, separator, path = text.partition("=")
    if not separator or not path or not _NAME.match(name):
        raise UsageError(
            error("usage", f"`{text}` does not bind an authority", hint="write NAME=FOLDER")
        )
    return name, path


def parse_host(text: str) -> str:
    """A host, perhaps with a port. Raises `UsageError` for what is none."""
    if not _HOST.match(text):
        raise UsageError(
            error("usage", f"`{text}` is no host",
                  hint="write HOST or HOST:PORT, without https://; for a bucket s3://BUCKET")
        )  # fmt: skip
    return text


def is_url(place: str) -> bool:
    """Whether the place of a store is a URL, and not a folder."""
    return "://" in place


def _beside(file: Path, place: str) -> str:
    """A place as a user's own file has it: a URL, or a folder relative to the file."""
    return place if is_url(place) else str(file.parent / os.path.expanduser(place))


def project_file(folder: Path) -> Path | None:
    """The nearest `linkdata.toml`, in a folder or above it."""
    for candidate in (folder, *folder.parents):
        path = candidate / PROJECT_FILE
        if os.path.isfile(path):
            return path
    return None


def _real(path: Path) -> Path:
    """Where a path leads. Raises `RetrievalError` for what is no path: one with a NUL in it."""
    try:
        return Path(os.path.realpath(path))
    except ValueError as problem:
        text = str(path)
        raise RetrievalError(
            error("configuration-invalid", f"`{text}` is no path: {problem}", place=text)
        ) from problem


def _user_file() -> Path | None:
    given = os.environ.get(CONFIG_VARIABLE)
    if given:
        return Path(given)
    return _user_folder() / "config.toml"


def _user_folder() -> Path:
    """The folder that platformdirs names; where that is simple, without importing it.

    The import takes longer than all else that is done to open a file.
    """
    if sys.platform == "linux":
        given = os.environ.get("XDG_CONFIG_HOME", "")
        home = given if os.path.isabs(given) else os.path.expanduser("~/.config")
        return Path(home) / "linkdata"
    from platformdirs import user_config_path

    return user_config_path("linkdata", appauthor=False)


def _read(path: Path, *, own: bool) -> dict[str, Any]:
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, ValueError) as problem:
        raise RetrievalError(_invalid(path, str(problem))) from problem
    except RecursionError:
        raise RetrievalError(_invalid(path, "its values are nested too deeply")) from None
    known = ("authorities", "store", *(_OWN_ONLY if own else ()))
    for key, value in table.items():
        if key not in known:
            extra = f"`{key}` is only allowed in your own configuration"
            hint = extra if key in _OWN_ONLY else did_you_mean(key, known)
            raise RetrievalError(_invalid(path, f"there is no setting `{key}`", hint))
        if key == "roots" and not (isinstance(value, list) and all(map(_is_path, value))):
            raise RetrievalError(_invalid(path, "`roots` is a list of folders"))
        if key == "store" and not _is_path(value):
            raise RetrievalError(_invalid(path, "`store` is a folder or a URL"))
        if key == "network" and not (isinstance(value, list) and all(map(_is_host, value))):
            raise RetrievalError(_invalid(path, "`network` is a list of hosts"))
        if key == "index" and not isinstance(value, str):
            raise RetrievalError(_invalid(path, "`index` is the address of an index of packages"))
        if key == "authorities" and not (
            isinstance(value, dict)
            and all(_NAME.match(name) and _is_path(item) for name, item in value.items())
        ):
            raise RetrievalError(_invalid(path, "`authorities` is a table of names and folders"))
    return table


def _is_path(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def _is_host(value: object) -> bool:
    return isinstance(value, str) and _HOST.match(value) is not None


def _invalid(path: Path, message: str, hint: str | None = None) -> Diagnostic:
    return error("configuration-invalid", message, Source(str(path), "").span(0), hint=hint)

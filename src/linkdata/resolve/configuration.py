"""Configuration: which folders may be read, and what authorities are bound to.

Takes: `linkdata.toml` found upward from a document, the user's configuration file, environment
variables, and what the caller gives; later ones override earlier ones.
Gives: `Configuration`.
Implements: `specs/linkdata-1.0.md`, section "Resources, roots and authorities".
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from linkdata.errors import Diagnostic, RetrievalError, UsageError, did_you_mean, error
from linkdata.resolve.retrievers import file_location
from linkdata.roots import Roots
from linkdata.spans import Source

PROJECT_FILE = "linkdata.toml"
ROOTS_VARIABLE = "LINKDATA_ROOTS"
AUTHORITIES_VARIABLE = "LINKDATA_AUTHORITIES"
CONFIG_VARIABLE = "LINKDATA_CONFIG"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")


@dataclass(frozen=True, slots=True)
class Configuration:
    """Allowed roots, and the locations of authorities (each ends in `/`)."""

    roots: Roots
    authorities: Mapping[str, str]


def configure(
    folder: Path,
    *,
    roots: Iterable[Path | str] = (),
    authorities: Mapping[str, Path | str] | None = None,
) -> Configuration:
    """The configuration for documents in `folder`.

    Raises `RetrievalError` (`configuration-invalid`, `authority-invalid`).
    """
    folder = _real(folder)
    allowed: list[Path] = []
    bound: dict[str, Path] = {}
    project = _find_upward(folder)
    if project is None:
        allowed.append(folder)
    else:
        # A project file comes with the data, so it must not widen what may be read beyond
        # the project: its own folder is allowed, and nothing outside.
        home = project.parent
        allowed.append(home)
        table = _read(project, allow_roots=False)
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
    user = _user_file()
    if user is not None and os.path.isfile(user):
        table = _read(user, allow_roots=True)
        allowed += [user.parent / os.path.expanduser(path) for path in table.get("roots", [])]
        for name, path in table.get("authorities", {}).items():
            bound[name] = user.parent / os.path.expanduser(path)
    for path in filter(None, os.environ.get(ROOTS_VARIABLE, "").split(os.pathsep)):
        allowed.append(Path(path))
    for item in filter(None, os.environ.get(AUTHORITIES_VARIABLE, "").split(os.pathsep)):
        name, path = parse_binding(item)
        bound[name] = Path(path)
    for name, given in (authorities or {}).items():
        bound[name] = Path(given)
    allowed += [Path(path) for path in roots]
    # Who binds an authority means it to be read.
    allowed += bound.values()
    locations = {name: file_location(_real(path)) + "/" for name, path in bound.items()}
    return Configuration(Roots(map(_real, allowed)), locations)


def parse_binding(text: str) -> tuple[str, str]:
    """The name and the folder of `name=folder`. Raises `UsageError`."""
    name, separator, path = text.partition("=")
    if not separator or not path or not _NAME.match(name):
        raise UsageError(
            error("usage", f"`{text}` does not bind an authority", hint="write NAME=FOLDER")
        )
    return name, path


def _find_upward(folder: Path) -> Path | None:
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
    from platformdirs import user_config_path

    return user_config_path("linkdata", appauthor=False) / "config.toml"


def _read(path: Path, *, allow_roots: bool) -> dict[str, dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, ValueError) as problem:
        raise RetrievalError(_invalid(path, str(problem))) from problem
    except RecursionError:
        raise RetrievalError(_invalid(path, "its values are nested too deeply")) from None
    known = ("authorities", "roots") if allow_roots else ("authorities",)
    for key, value in table.items():
        if key not in known:
            extra = "roots are only allowed in your own configuration" if key == "roots" else None
            hint = extra or did_you_mean(key, known)
            raise RetrievalError(_invalid(path, f"there is no setting `{key}`", hint))
        if key == "roots" and not (isinstance(value, list) and all(map(_is_path, value))):
            raise RetrievalError(_invalid(path, "`roots` is a list of folders"))
        if key == "authorities" and not (
            isinstance(value, dict)
            and all(_NAME.match(name) and _is_path(item) for name, item in value.items())
        ):
            raise RetrievalError(_invalid(path, "`authorities` is a table of names and folders"))
    return table


def _is_path(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def _invalid(path: Path, message: str, hint: str | None = None) -> Diagnostic:
    return error("configuration-invalid", message, Source(str(path), "").span(0), hint=hint)

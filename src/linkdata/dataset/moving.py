"""Moving: a file or folder to another place, and what refers to it with it.

Takes: the old and the new path, and the folders with documents that may refer there.
Gives: `plan_move`, what is to be done; `Move.carry_out`, which does it.
Implements: `specs/linkdata-1.0.md`, section "Moving files".
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from linkdata.dataset.inputs import DOCUMENT_SUFFIXES, HDF5_SUFFIXES, is_hdf5
from linkdata.dataset.paths import moved, normal
from linkdata.errors import (
    Diagnostic,
    LinkdataError,
    OutputError,
    RetrievalError,
    UsageError,
    error,
    note,
    warning,
)
from linkdata.graph.stores import SUFFIX
from linkdata.output import check_absent, write_text
from linkdata.resolve.configuration import configure, project_file
from linkdata.resolve.retrievers import file_location
from linkdata.resolve.texts import Text, parsed
from linkdata.spans import Source
from linkdata.syntax.edits import Edit, applied
from linkdata.syntax.stream import decode


@dataclass(frozen=True, slots=True)
class Rewrite:
    """New text for a document: where it is now, where it will be, and how many paths change."""

    name: str
    path: Path
    text: str
    paths: int


@dataclass(frozen=True, slots=True)
class Move:
    """What moves where, the texts that change, and what the user is to know."""

    moves: dict[Path, Path]
    rewrites: tuple[Rewrite, ...]
    findings: tuple[Diagnostic, ...] = field(default=())

    def carry_out(self, *, force: bool = False) -> None:
        """Do it: move first, then write. Raises `OutputError`."""
        for new in self.moves.values():
            check_absent(new, force=force)
        for old, new in self.moves.items():
            _move(old, new)
        for rewrite in self.rewrites:
            write_text(rewrite.path, [rewrite.text], force=True)


def plan_move(old: Path, new: Path, folders: Iterable[Path] = ()) -> Move:
    """What moving `old` (a file or a folder) to `new` takes; nothing is changed yet.

    A `new` that is a folder is where `old` goes into. References are looked for in all documents
    of the project that `old` is in (the folder of its `linkdata.toml`, or else its own folder), and
    in `folders`.

    Raises `RetrievalError` when there is no `old`, `UsageError` and `OutputError` for a `new` that
    cannot be.
    """
    if not os.path.lexists(old):
        raise RetrievalError(error("resource-missing", f"there is no `{old}`", place=str(old)))
    new = new / old.name if new.is_dir() else new
    if not new.parent.is_dir():
        raise OutputError(
            error("output-failed", f"there is no folder `{new.parent}`", place=str(new.parent))
        )
    start, end = normal(old), normal(new)
    if end == start or end.is_relative_to(start):
        raise UsageError(error("usage", f"`{old}` cannot be moved to `{new}`", place=str(new)))
    moves = {start: end}
    chunks, chunks_after = (one.with_name(one.name + SUFFIX) for one in (start, end))
    if start.is_file() and chunks.is_dir():
        moves[chunks] = chunks_after  # a document's own store stays beside it
    project = project_file(start.parent)
    home = start.parent if project is None else normal(project.parent)
    authorities = configure(start.parent).authorities

    def relocated(path: Path) -> Path:
        for before, after in moves.items():
            if path == before:
                return after
            if path.is_relative_to(before):
                return after / path.relative_to(before)
        return path

    rewrites: list[Rewrite] = []
    findings: list[Diagnostic] = list(_renamed(start, end))
    for path in _documents([home, start.parent, *folders]):
        text = _read(path)
        if text is None:
            continue
        place = relocated(path)
        edits: set[Edit] = set()
        for document in text.documents:
            edits |= set(moved(document, text.location, place, relocated, authorities))
        if edits:
            found = applied(text.source.text, edits)
            rewrites.append(Rewrite(os.path.relpath(path), place, found, len(edits)))
        if text.diagnostics and start.name in text.source.text:
            findings.append(
                warning("yaml-syntax", "this is no document that could be read through; what it"
                        " says of the file is left as it is", place=os.path.relpath(path))
            )  # fmt: skip
    for name, location in authorities.items():
        if normal(Path(location.removeprefix("file://").rstrip("/"))) in moves:
            findings.append(
                warning("authority-invalid", f"the authority `{name}` is bound to the folder that"
                        " moves", hint="bind it anew where it is configured")
            )  # fmt: skip
    return Move(moves, tuple(rewrites), tuple(findings))


def _renamed(old: Path, new: Path) -> Iterator[Diagnostic]:
    """What changes its identity: where there is no `id`, the name of a file stands in."""
    if old.stem == new.stem or old.is_dir():
        return
    if old.suffix.lower() in HDF5_SUFFIXES or is_hdf5(old):
        yield note("meta-id-missing", f"what is inside the file has another identity under the name"
                   f" `{new.stem}`", place=str(old.name))  # fmt: skip
        return
    text = _read(old)
    if text is not None and any(one.meta.id is None for one in text.documents):
        yield note(
            "meta-id-missing", f"without `meta.id` the document's identity changes from"
            f" `{old.stem}` to `{new.stem}`", place=str(old.name),
            hint=f"write `id: {old.stem}` into its `meta` to keep it",
        )  # fmt: skip


def _documents(folders: Iterable[Path]) -> Iterator[Path]:
    """The documents below folders, each once; not those in hidden folders and in stores."""
    seen: set[Path] = set()
    for folder in folders:
        for at, inner, names in os.walk(normal(folder)):
            inner[:] = sorted(
                name for name in inner if not name.startswith(".") and not name.endswith(SUFFIX)
            )
            for name in sorted(names):
                path = Path(at, name)
                if name.endswith(DOCUMENT_SUFFIXES) and path not in seen:
                    seen.add(path)
                    yield path


def _read(path: Path) -> Text | None:
    """The text of a file that may be a document."""
    try:
        source: Source = decode(path.read_bytes(), str(path))
    except (OSError, LinkdataError):
        return None
    return parsed(source, file_location(path))


def _move(old: Path, new: Path) -> None:
    try:
        os.rename(old, new)
    except OSError as problem:
        if problem.errno != errno.EXDEV:
            raise OutputError(
                error("output-failed", f"cannot move `{old}` to `{new}`: {problem.strerror}",
                      place=str(new))
            ) from problem  # fmt: skip
        shutil.move(old, new)  # to another file system

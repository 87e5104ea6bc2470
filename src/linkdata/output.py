"""Output files: written whole, or not at all.

Takes: a path and what to write there.
Gives: a file with the new content, or the old one untouched.
Implements: `specs/linkdata-1.0.md`, section "Output".
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from linkdata.errors import OutputError, error


def write_text(path: Path, parts: Iterable[str], *, force: bool = False) -> None:
    """Write a UTF-8 text under a temporary name in the same folder, then rename it.

    Raises `OutputError`: `output-exists` unless `force`, `output-failed` when the file cannot be
    written. What `parts` raises goes through, and leaves the old file as it was.
    """
    path = Path(os.path.realpath(path))  # a link stays a link, its target is replaced
    check_absent(path, force=force)
    temporary: Path | None = None
    try:
        name = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with open(name, "x", encoding="utf-8", newline="") as file:
            temporary = name
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        if force:
            with contextlib.suppress(FileNotFoundError):
                os.chmod(temporary, path.stat().st_mode & 0o777)
            os.replace(temporary, path)
        else:
            os.link(temporary, path)  # fails if somebody else made the file meanwhile
            os.unlink(temporary)
        temporary = None
    except FileExistsError:
        check_absent(path, force=False)
    except OSError as problem:
        raise OutputError(
            error(
                "output-failed",
                f"cannot write `{path}`: {problem.strerror or problem}",
                place=str(path),
                hint="is the folder there, and may you write in it?",
            )
        ) from problem
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def check_absent(path: Path, *, force: bool) -> None:
    """Raise `OutputError` (`output-exists`) when the file exists and is not to be replaced."""
    if not force and os.path.lexists(path):
        raise OutputError(
            error(
                "output-exists",
                f"`{path}` exists",
                place=str(path),
                hint="overwrite it with --force (force=True), or choose another name",
            )
        )

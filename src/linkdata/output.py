"""Output files: written whole, or not at all.

Takes: a path and what to write there.
Gives: a file with the new content, or the old one untouched.
Implements: `specs/linkdata-1.0.md`, section "Output".
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event, Thread

from linkdata.errors import OutputError, error

_INTERVAL = 0.1  # seconds between two times that what was written is sent on its way


def write_text(path: Path, parts: Iterable[str], *, force: bool = False) -> None:
    """Write a UTF-8 text. Raises what `write_bytes` raises, and `OutputError`
    (`value-not-representable`) for a text that UTF-8 cannot hold.
    """
    try:
        write_bytes(path, (part.encode() for part in parts), force=force)
    except UnicodeEncodeError as problem:
        raise OutputError(
            error(
                "value-not-representable",
                f"a text with bytes that are no UTF-8 cannot be written to `{path}`",
                place=str(path),
            )
        ) from problem


def write_bytes(path: Path, parts: Iterable[bytes], *, force: bool = False) -> None:
    """Write bytes under a temporary name in the same folder, then rename the file.

    Raises `OutputError`: `output-exists` unless `force`, `output-failed` when the file cannot be
    written. What `parts` raises goes through, and leaves the old file as it was.
    """
    with replacing(path, force=force) as temporary, open(temporary, "xb") as file:
        file.writelines(parts)


@contextlib.contextmanager
def replacing(path: Path, *, force: bool = False) -> Iterator[Path]:
    """A name in the same folder; the file that is made under it takes the place of `path`.

    That happens when the context is left without an exception; else nothing changes, and the
    file under the other name is taken away.
    Raises `OutputError`: `output-exists` unless `force`, `output-failed` for any `OSError`.
    """
    temporary: Path | None = None
    try:
        path = Path(os.path.realpath(path))  # a link stays a link, its target is replaced
    except ValueError as problem:
        raise _failed(path, str(problem)) from problem
    check_absent(path, force=force)
    try:
        temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")  # as long as any name may be
        yield temporary
        _settle(temporary)
        if force:
            with contextlib.suppress(FileNotFoundError):
                os.chmod(temporary, path.stat().st_mode & 0o777)
            os.replace(temporary, path)
        else:
            _rename_new(temporary, path)
        temporary = None
    except FileExistsError:
        check_absent(path, force=False)
    except OSError as problem:
        raise _failed(path, problem.strerror or str(problem)) from problem
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _settle(path: Path) -> None:
    """Have what was written to a file reach the disk."""
    with _descriptor(path) as descriptor:
        os.fsync(descriptor)


@contextlib.contextmanager
def settling(path: Path) -> Iterator[None]:
    """Have what is written to a file reach the disk meanwhile, so that at the end little is left.

    Raises `OSError` when it does not: a system need not say so again to who asks later.
    """
    done = Event()
    problems: list[OSError] = []

    def settle() -> None:
        try:
            with _descriptor(path) as descriptor:
                while not done.wait(_INTERVAL):
                    os.fsync(descriptor)
        except OSError as problem:
            problems.append(problem)

    thread = Thread(target=settle, name="linkdata-settling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    if problems:
        raise problems[0]


@contextlib.contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


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


def _rename_new(temporary: Path, path: Path) -> None:
    """Rename a file, unless somebody else made one of that name meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        check_absent(path, force=False)
        os.rename(temporary, path)
    else:
        os.unlink(temporary)


def _failed(path: Path, reason: str) -> OutputError:
    return OutputError(
        error(
            "output-failed",
            f"cannot write `{path}`: {reason}",
            place=str(path),
            hint="is the folder there, and may you write in it?",
        )
    )

"""What the commands of `linkdata store` share: options, places, roots, JSON.

Takes: what stands on the command line.
Gives: options; `place_of`, the store that is meant; `rooted`, the digests that are meant.
Implements: `specs/linkdata-1.0.md`, section "The command `store`".
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from linkdata.cli import progress, report
from linkdata.errors import Diagnostic, RetrievalError, error
from linkdata.store.digests import Digest
from linkdata.store.marking import mentions

Command = TypeVar("Command", bound=Callable[..., Any])

#: What the store of a document is called: the document's name, and this.
SUFFIX = ".chunks"
#: Files that may name arrays.
DOCUMENTS = (".yaml", ".yml", ".json", ".jsonld", ".ttl", ".nt", ".nq", ".trig", ".rdf")

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)([smhdw]?)")
_DIGEST = re.compile(r"[a-z0-9-]+:[0-9a-f]+")


def store(command: Command) -> Command:
    """`--store`, as the parameter `place`."""
    return click.option(
        "--store",
        "place",
        metavar="DIR|URL",
        help="The store: a folder, or a URL (s3:, gs:, az:, https:). "
        "If left out, LINKDATA_STORE or the `store` of your configuration.",
    )(command)


def as_json(command: Command) -> Command:
    """`--json`, as the parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")(
        command
    )


def place_of(given: str | None) -> str:
    """The place of the store: what was given, or what is configured here.

    Raises `click.UsageError` if neither is.
    """
    found = given or configured()
    if found is None:
        raise click.UsageError("say which store: --store DIR")
    return found


def configured() -> str | None:
    """The store that the configuration of the working directory names, if any."""
    from linkdata.resolve.configuration import configure

    return next(iter(configure(Path.cwd()).stores), None)


def duration(ctx: click.Context, parameter: click.Parameter, given: str) -> float:
    """The seconds of `14d`, `12h`, `30m`, `5s`, `0`. Raises `click.BadParameter`."""
    found = _DURATION.fullmatch(given)
    if found is None:
        raise click.BadParameter(f"`{given}` is no duration; write 14d, 12h, 30m or 0")
    return float(found[1]) * _UNITS[found[2]]


def rooted(given: Iterable[str]) -> Iterator[Digest]:
    """The digests that stand in documents, in all documents below folders, or are given.

    Raises `RetrievalError` for a document that is not there or cannot be read, `DocumentError`
    for a digest that is none.
    """
    for text in given:
        path = Path(text)
        if _DIGEST.fullmatch(text) and not path.exists():
            yield Digest.parse(text)
        elif path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.suffix in DOCUMENTS and inner.is_file():
                    yield from _mentioned(inner)
        else:
            yield from _mentioned(path)


def _mentioned(path: Path) -> Iterator[Digest]:
    try:
        yield from mentions(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        raise RetrievalError(
            error("resource-missing", f"there is no document `{path}`", place=str(path))
        ) from None
    except OSError as problem:
        raise RetrievalError(
            error("resource-unreadable", f"`{path}` cannot be read: {problem.strerror}",
                  place=str(path))
        ) from problem  # fmt: skip


def tell(findings: Sequence[Diagnostic]) -> None:
    """Write findings for a person, on standard error."""
    report.write_text(findings, sys.stderr)


def write_json(data: Any) -> None:
    """Write data for a program, on standard output."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def findings_data(findings: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """Findings as plain data."""
    return [
        {"code": found.code, "message": found.message, "place": found.where or None,
         "hint": found.hint}
        for found in findings
    ]  # fmt: skip


def said(given: int, what: str) -> str:
    """A number of things: `1 chunk`, `2 chunks`."""
    return f"{given:,} {what}" if given == 1 else f"{given:,} {what}s"


def sized(count: float) -> str:
    """A number of bytes as people say it."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


@contextmanager
def counted(label: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show progress on a terminal; what is given is told how many bytes more are done."""
    done = 0
    with progress.shown(quiet=quiet) as told:

        def more(count: int) -> None:
            nonlocal done
            done += count
            told(label, done, total)

        yield more

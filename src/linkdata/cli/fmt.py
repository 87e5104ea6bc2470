"""`linkdata fmt`: documents in canonical layout.

Takes: paths of documents, or `-` for standard input.
Gives: the documents rewritten in place, each whole or not at all; or what would change.
Implements: `specs/linkdata-1.0.md`, sections "Command line" and "Output".
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from linkdata.cli import options, report
from linkdata.errors import Diagnostic, LinkdataError, RetrievalError, error


@click.command(
    epilog=options.examples(
        "linkdata fmt session.yaml",
        "linkdata fmt --check *.yaml",
        "linkdata fmt --diff session.yaml",
        "linkdata fmt - < session.yaml",
    )
)
@click.argument("documents", nargs=-1, required=True, metavar="DOC...")
@click.option("--check", is_flag=True, help="Write nothing; list what would change, exit with 1.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@options.quiet
def fmt(documents: tuple[str, ...], check: bool, diff: bool, quiet: bool) -> None:
    """Lay documents out in the canonical way. Comments stay, and so does every value.

    A document that is laid out already is not touched. `-` reads standard input and writes
    standard output.
    """
    from linkdata.output import write_text

    for document in documents:
        if document != "-":
            options.document(document, bundles=False)
    problems: list[Diagnostic] = []
    changed: list[str] = []
    for document in documents:
        try:
            before, after = _laid_out(document)
            if before != after:
                changed.append(document)
            if diff:
                click.echo(_difference(document, before, after), nl=False)
            elif check and before != after:
                click.echo(document)
            elif document == "-" and not check:
                click.echo(after, nl=False)
            elif before != after and not check:
                write_text(Path(document), [after], force=True)
                if not quiet:
                    click.echo(f"laid out {document}", err=True)
        except LinkdataError as problem:
            problems += problem.diagnostics
    report.write_text(problems, sys.stderr)
    if problems or (check and changed):
        click.get_current_context().exit(1)


def _laid_out(document: str) -> tuple[str, str]:
    """The text as it is and as it should be.

    Raises `RetrievalError`, `TextError`, `OutputError`.
    """
    from linkdata.syntax.layout import formatted
    from linkdata.syntax.stream import decode

    name = "<stdin>" if document == "-" else document
    data = sys.stdin.buffer.read() if document == "-" else _read(document)
    text = decode(data, name).text
    # A byte order mark is not part of the text, but of what would change.
    return data.decode("utf-8"), formatted(text, name)


def _read(document: str) -> bytes:
    try:
        return Path(document).read_bytes()
    except FileNotFoundError:
        finding = error("resource-missing", f"there is no file `{document}`", place=document)
        raise RetrievalError(finding) from None
    except OSError as problem:
        message = f"`{document}` cannot be read: {problem.strerror or problem}"
        raise RetrievalError(error("resource-unreadable", message, place=document)) from problem


def _difference(name: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), name, f"{name} laid out"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

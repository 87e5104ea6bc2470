"""Options that several commands have.

Takes: the function of a command.
Gives: the function with the options added.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from linkdata.dataset.crates import is_bundle

Command = TypeVar("Command", bound=Callable[..., Any])


def _bindings(
    ctx: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, Path]:
    bound = {}
    for item in given:
        name, separator, folder = item.partition("=")
        if not name or not separator or not folder:
            raise click.BadParameter(f"`{item}` does not bind an authority; write NAME=DIR")
        if not Path(folder).is_dir():
            raise click.BadParameter(f"`{folder}` is not a folder")
        bound[name] = Path(folder)
    return bound


def resolving(command: Command) -> Command:
    """`--allow-root` and `--authority`, as the parameters `roots` and `authorities`."""
    command = click.option(
        "--authority",
        "authorities",
        multiple=True,
        metavar="NAME=DIR",
        callback=_bindings,
        help="Bind the name in `//NAME/path.yaml` to a folder. Repeatable.",
    )(command)
    return click.option(
        "--allow-root",
        "roots",
        multiple=True,
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Allow files to be read from this folder too. Repeatable.",
    )(command)


def network(command: Command) -> Command:
    """`--allow-network`, as the parameter `network`."""
    return click.option(
        "--allow-network",
        "network",
        multiple=True,
        metavar="HOST",
        help="Allow files and schemas to be had from this host (or s3://BUCKET). Repeatable.",
    )(command)


def stores(command: Command) -> Command:
    """`--store`, as the parameter `stores`: where the chunks of arrays are looked for first."""
    return click.option(
        "--store",
        "stores",
        multiple=True,
        metavar="DIR|URL",
        help="Look for chunks of arrays in this store first: a folder, or a URL. Repeatable.",
    )(command)


def quiet(command: Command) -> Command:
    """`--quiet`, as the parameter of that name."""
    return click.option(
        "-q", "--quiet", is_flag=True, help="Say nothing but what was asked for and what is wrong."
    )(command)


def examples(*lines: str) -> str:
    """An epilog of examples, one on a line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def document(text: str, *, bundles: bool = True) -> str:
    """The path of a document, as given; with `bundles` also that of a bundle.

    Raises `click.UsageError` for a folder.
    """
    if os.path.isdir(text) and not (bundles and is_bundle(Path(text))):
        raise click.UsageError(f"`{text}` is a folder, not a document; name the documents in it")
    return text

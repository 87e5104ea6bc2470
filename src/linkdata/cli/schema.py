"""`linkdata schema`: the classes that a document's imports, or an NWB file, give.

Takes: the path of a document or of an NWB file, perhaps the name of a class.
Gives: a list of classes, or one class with its slots, on standard output; schemas as LinkML, in the
NWB specification language, and as a JSON schema for editors; a lock file.
Implements: `specs/linkdata-1.0.md`, sections "Command line", "Lock file" and "Schema for editors".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkdata.cli import options
from linkdata.errors import OutputError, SchemaError, did_you_mean, error

if TYPE_CHECKING:
    from linkdata.graph.graph import Graph
    from linkdata.schema.model import Class, Schema, Slot
    from linkdata.schema.offered import Offered


def _base(ctx: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    from linkdata import iri

    if given is not None and not (iri.is_absolute(given) and given.endswith(("/", ":"))):
        raise click.BadParameter(f"`{given}` is not an absolute IRI ending in `/` or `:`")
    return given


def _folder(flag: str, what: str) -> Callable[[options.Command], options.Command]:
    return click.option(
        flag, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help=what
    )


@click.command(
    epilog=options.examples(
        "linkdata schema session.yaml",
        "linkdata schema recording.nwb ElectricalSeries",
        "linkdata schema session.yaml nwb:Device --json",
        "linkdata schema session.yaml --linkml schemas/ --base https://example.org/schemas/",
        "linkdata schema session.yaml --json-schema session.schema.json",
        "linkdata schema session.yaml --lock",
    )
)
@click.argument("document", metavar="DOC")
@click.argument("name", metavar="[CLASS]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
@click.option(
    "--all", "everything", is_flag=True, help="List classes that are parts of others too."
)
@_folder("--linkml", "Write the schemas as LinkML files into this folder.")
@click.option("--base", metavar="IRI", callback=_base, help="With --linkml: where IRIs begin.")
@_folder("--nwb", "Write them in the NWB specification language into this folder.")
@click.option(
    "--json-schema",
    "editor",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Write a JSON schema of documents, for editors. `-` is standard output.",
)
@click.option("--shacl", is_flag=True, help="Write SHACL shapes for the RDF of documents.")
@click.option("--lock", is_flag=True, help="Pin the schemas that are used now in linkdata.lock.")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@options.resolving
@options.network
@options.quiet
def schema(
    document: str,
    name: str | None,
    as_json: bool,
    everything: bool,
    linkml: Path | None,
    base: str | None,
    nwb: Path | None,
    editor: Path | None,
    shacl: bool,
    lock: bool,
    force: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    network: tuple[str, ...],
    quiet: bool,
) -> None:
    """Show the classes that a document's imports give, or one of them with its slots.

    DOC may be an NWB file: its classes are those of the specifications that it carries.
    """
    import linkdata
    from linkdata.schema.offered import offered

    path = options.document(document)
    with linkdata.open(path, roots=roots, authorities=authorities, network=network) as dataset:
        if lock:
            _lock(dataset.graph, quiet)
            return
        found = offered(dataset.graph)
        if not found:
            raise SchemaError(
                error("schema-not-found", f"`{document}` imports no schemas", place=document,
                      hint="declare them in `meta.imports`")
            )  # fmt: skip
        if linkml is not None or nwb is not None:
            if linkml is not None:
                _write(_linkml(found.values(), base), linkml, force, quiet)
            if nwb is not None:
                _write(_specifications(found.values()), nwb, force, quiet)
        elif shacl:
            _shacl(found, dataset.graph)
        elif editor is not None:
            _editor(found, editor, dataset.name, force)
        elif name is None:
            _list(found, as_json, everything)
        else:
            _show(found, name, as_json, dataset.graph)


def _shacl(found: Mapping[str, Offered], graph: Graph) -> None:
    from linkdata.rdf.shacl import PREFIXES, shapes
    from linkdata.rdf.turtle import turtle
    from linkdata.schema.typing import types_of

    said = shapes([item.schema for item in found.values()], types_of(graph))
    for part in turtle(said, PREFIXES):
        click.echo(part, nl=False)


# Classes


def _list(found: Mapping[str, Offered], as_json: bool, everything: bool) -> None:
    from linkdata.schema.naming import is_part

    shown = {
        alias: {
            name: one
            for name, one in sorted(item.schema.classes.items())
            if everything or not is_part(one)
        }
        for alias, item in found.items()
    }
    if as_json:
        data = {
            alias: {
                "name": item.schema.name,
                "version": item.schema.version,
                "from": item.place,
                "classes": {name: one.uri for name, one in shown[alias].items()},
            }
            for alias, item in found.items()
        }
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    for alias, item in found.items():
        click.echo(f"{alias}: {item.schema.name} {item.schema.version or ''} from {item.place}")
        for name, one in shown[alias].items():
            parent = f" ({one.parent})" if one.parent else ""
            click.echo(f"  {name}{parent}")


def _show(found: Mapping[str, Offered], name: str, as_json: bool, graph: Graph) -> None:
    from linkdata.schema.naming import ClassNames
    from linkdata.schema.plain import as_data

    schemas = {alias: item.schema for alias, item in found.items()}
    names = ClassNames(schemas, graph.context.iri_prefixes)
    typed = names.find(name)
    if typed is None:
        raise SchemaError(
            error("schema-type-unknown", f"the schemas have no class `{name}`",
                  hint=did_you_mean(name, names.names(name)))
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(as_data(typed.cls), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_described(typed.cls, typed.schema)))


def _described(found: Class, schema: Schema) -> Iterable[str]:
    """A class for a person: what it is, and its slots, own and inherited."""
    yield f"{found.name}  <{found.uri}>"
    ancestors = list(schema.ancestors(found.name))[1:]
    if ancestors:
        yield "is a " + " > ".join(ancestors)
    if found.description:
        yield f"\n{' '.join(found.description.split())}"
    yield ""
    width = max((len(name) for name in found.slots), default=0)
    for name, slot in found.slots.items():
        said = [_ranges(slot)]
        if slot.required:
            said.append("required")
        if slot.fixed is not None:
            said.append(f"always {slot.fixed!r}")
        elif slot.default is not None:
            said.append(f"default {slot.default!r}")
        if slot.owner != found.name:
            said.append(f"from {slot.owner}")
        yield f"  {name:{width}}  {', '.join(said)}"


def _ranges(slot: Slot) -> str:
    shown = []
    for alternative in slot.ranges:
        text = alternative.name
        shape = alternative.shape
        if shape is not None:
            axes = [axis.alias or "*" for axis in shape.dimensions or ()]
            text += f"[{', '.join(axes) if axes else '...'}]"
        shown.append(text)
    text = " or ".join(dict.fromkeys(shown))
    return f"any number of {text}" if slot.multivalued else text


# Files


def _linkml(found: Iterable[Offered], base: str | None) -> dict[str, str]:
    """LinkML files, which import each other by their names."""
    from linkdata.syntax.writer import written

    schemas = {name: content for item in found for name, content in item.linkml(base).items()}
    return {f"{name}.yaml": written(content) for name, content in schemas.items()}


def _specifications(found: Iterable[Offered]) -> dict[str, str]:
    """Files of the NWB specification language, a folder for each namespace.

    Raises `SchemaError` when none of the schemas is a translation of a namespace.
    """
    from linkdata.schema.language.inverse import invert
    from linkdata.schema.language.writing import with_suffixes, write

    schemas = {name: content for item in found for name, content in item.linkml().items()}
    return {
        f"{namespace.name}/{file}": text
        for namespace in map(with_suffixes, invert(schemas))
        for file, text in write([namespace], f"{namespace.name}.namespace.yaml").items()
    }


def _write(files: Mapping[str, str], folder: Path, force: bool, quiet: bool) -> None:
    from linkdata.output import write_text

    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            reason = f"cannot make the folder `{path.parent}`: {problem.strerror}"
            raise OutputError(error("output-failed", reason)) from problem
        write_text(path, [text], force=force)
    if not quiet:
        click.echo(f"wrote {len(files)} files to {folder}", err=True)


def _editor(found: Mapping[str, Offered], file: Path, document: str, force: bool) -> None:
    from linkdata.output import write_text
    from linkdata.schema.editor import editor_schema

    schemas = {alias: item.schema for alias, item in found.items()}
    made = editor_schema(schemas, f"Documents like {Path(document).name}")
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        write_text(file, [text], force=force)


def _lock(graph: Graph, quiet: bool) -> None:
    from linkdata.schema.locking import locked_now

    lock = locked_now(graph)
    path = lock.write()
    if not quiet:
        click.echo(f"locked {len(graph.context.imports)} schemas in {path}", err=True)

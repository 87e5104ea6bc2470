"""`linkdata schema`: the classes that a document's imports give.

Takes: the path of a document, perhaps the name of a class.
Gives: a list of classes, or one class with its slots, on standard output; LinkML files.
Implements: `specs/linkdata-1.0.md`, section "Command line".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkdata.cli import options
from linkdata.errors import SchemaError, did_you_mean, error

if TYPE_CHECKING:
    from linkdata.schema.imports import Imported
    from linkdata.schema.model import Class, Schema, Slot


@click.command(
    epilog=options.examples(
        "linkdata schema session.yaml",
        "linkdata schema session.yaml ElectricalSeries",
        "linkdata schema session.yaml nwb:Device --json",
        "linkdata schema session.yaml --linkml schemas/",
    )
)
@click.argument("document", metavar="DOC")
@click.argument("name", metavar="[CLASS]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
@click.option(
    "--linkml",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the imported schemas as LinkML files into this folder.",
)
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@options.resolving
@options.quiet
def schema(
    document: str,
    name: str | None,
    as_json: bool,
    linkml: Path | None,
    force: bool,
    roots: tuple[Path, ...],
    authorities: dict[str, Path],
    quiet: bool,
) -> None:
    """Show the classes that a document's imports give, or one of them with its slots."""
    import linkdata
    from linkdata.schema.imports import Imports

    path = options.document(document)
    with linkdata.open(path, roots=roots, authorities=authorities) as dataset:
        imports = Imports(dataset.graph, dataset.graph.context).all
        if linkml is not None:
            _write(imports.values(), linkml, force, quiet)
            return
        if name is None:
            _list(imports, as_json)
            return
        found, schema = _find(imports, name)
        if as_json:
            click.echo(json.dumps(_data(found), indent=2, ensure_ascii=False))
        else:
            click.echo("\n".join(_described(found, schema)))


def _list(imports: dict[str, Imported], as_json: bool) -> None:
    if as_json:
        data = {
            alias: {
                "name": item.schema.name,
                "version": item.schema.version,
                "from": item.place,
                "classes": {name: found.uri for name, found in item.schema.classes.items()},
            }
            for alias, item in imports.items()
        }
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    for alias, item in imports.items():
        click.echo(f"{alias}: {item.schema.name} {item.schema.version or ''} from {item.place}")
        for name, found in sorted(item.schema.classes.items()):
            parent = f" ({found.parent})" if found.parent else ""
            click.echo(f"  {name}{parent}")


def _find(imports: dict[str, Imported], name: str) -> tuple[Class, Schema]:
    """The class of a name, `alias:Class` or `Class`. Raises `SchemaError`."""
    alias, _, local = name.rpartition(":")
    for item in [imports[alias]] if alias in imports else imports.values():
        found = item.schema.classes.get(local)
        if found is not None:
            return found, item.schema
    known = [known for item in imports.values() for known in item.schema.classes]
    raise SchemaError(
        error("schema-type-unknown", f"the imports give no class `{name}`",
              hint=did_you_mean(local, known))
    )  # fmt: skip


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


def _data(found: Class) -> dict[str, Any]:
    from linkdata.schema.cache import as_data

    return as_data(found)


def _write(imports: Iterable[Imported], folder: Path, force: bool, quiet: bool) -> None:
    """Write LinkML files, which import each other by their names."""
    from linkdata.errors import OutputError
    from linkdata.output import write_text
    from linkdata.syntax.writer import written

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(
            error("output-failed", f"cannot make the folder `{folder}`: {problem.strerror}")
        ) from problem
    schemas = {name: schema for item in imports for name, schema in item.linkml().items()}
    for name, content in schemas.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, [written(content)], force=force)
    if not quiet:
        click.echo(f"wrote {len(schemas)} files to {folder}", err=True)

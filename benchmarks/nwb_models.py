"""Our translation of the NWB schemas beside that of the PyPI package nwb-models.

    python benchmarks/nwb_models.py FOLDER_OF_NWB_MODELS FOLDER_OF_SCHEMAS [FOLDER_OF_NWB_FILES]

The first folder is the unpacked package (its `schema/linkml` is read, nothing is run), the second
has the releases (`nwb-schema/2.7.0/core`, `hdmf-common-schema/1.8.0/common`). Printed are a table
of all releases, one of the other namespaces that NWB files in the third folder carry, and for each
release that both have, every difference in the names of classes, inheritance, names of fields
(inherited ones too) and required-ness, each once, where it arises, with the line of the NWB schema
that says who is right. Exit 1 if a difference is not explained.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import linkdata
from linkdata.errors import LinkdataError, SchemaError
from linkdata.schema.language.catalog import Catalog, Place, spec_role
from linkdata.schema.language.classes import Classes
from linkdata.schema.language.facts import Facts
from linkdata.schema.language.names import snake
from linkdata.schema.language.reading import read_namespaces
from linkdata.schema.language.specs import FieldSpec, Namespace
from linkdata.schema.language.translate import translate
from linkdata.schema.offered import offered

# The hdmf-common that a release of core was made with, where nwb-models does not say.
COMMON = {
    "2.2.0": "1.1.0", "2.2.1": "1.1.2", "2.2.2": "1.1.3", "2.2.4": "1.1.3", "2.2.5": "1.1.3",
    "2.3.0": "1.5.0", "2.4.0": "1.5.0", "2.5.0": "1.5.0", "2.6.0": "1.5.0", "2.6.0-alpha": "1.5.0",
    "2.7.0": "1.8.0", "2.8.0": "1.8.0", "2.9.0": "1.8.0", "2.10.0": "1.9.0", "2.11.0": "1.10.0",
}  # fmt: skip

ClassDicts = dict[str, dict[str, Any]]


@dataclass
class Release:
    """One release of a schema: its namespaces with what they include, and the classes."""

    folder: Path
    namespaces: list[Namespace]
    included: dict[str, Namespace]
    folders: dict[str, Path]

    @classmethod
    def read(cls, folder: Path, common: Path | None = None) -> Release:
        found = namespaces_of(folder)
        other = namespaces_of(common) if common else []
        folders = {one.name: common for one in other if common} | {n.name: folder for n in found}
        return cls(folder, found, {one.name: one for one in (*other, *found)}, folders)

    def classes(self, only: str | None = None) -> ClassDicts:
        """The classes, all or those of a namespace and what it includes."""
        return {
            name: found
            for one in self.included.values()
            if only is None or one.name == only or one.name in self.included[only].includes
            for schema in translate(one, self.included).values()
            for name, found in schema.get("classes", {}).items()
        }


def namespaces_of(folder: Path) -> list[Namespace]:
    [file] = folder.glob("*namespace.yaml")
    return read_namespaces(lambda name: (folder / name).read_text(), file.read_text())


def version_key(name: str) -> list[Any]:
    return [int(part) for part in re.findall(r"\d+", name)]


# -- all releases ------------------------------------------------------------------------------


def releases(schemas: Path) -> None:
    print(f"{'release':<32} {'classes':>7} {'slots':>6} {'seconds':>8}  not expressible")
    for kind, part in (("hdmf-common-schema", "common"), ("nwb-schema", "core")):
        for folder in sorted((schemas / kind).iterdir(), key=lambda path: version_key(path.name)):
            common = COMMON.get(folder.name) if part == "core" else None
            path = schemas / "hdmf-common-schema" / common / "common" if common else None
            start = time.perf_counter()
            try:
                release = Release.read(folder / part, path)
                made = [
                    schema
                    for one in release.namespaces
                    for schema in translate(one, release.included).values()
                ]
            except SchemaError as problem:
                print(f"{kind} {folder.name:<12} {problem}")
                continue
            seconds = time.perf_counter() - start
            own = [schema for schema in made if schema["name"] != "nwb.language"]
            row(f"{kind} {folder.name}", own, seconds)


def carried(files: Path) -> None:
    """The namespaces in NWB files that are no releases of core or hdmf-common, each once."""
    print(f"\n{'carried by files':<32} {'classes':>7} {'slots':>6} {'seconds':>8}  not expressible")
    seen = {"core", "hdmf-common", "hdmf-experimental"}
    for path in sorted(files.rglob("*.nwb")):
        try:
            dataset = linkdata.open(path)
            found = offered(dataset.graph)
        except LinkdataError as problem:
            print(f"{path.name}: {problem.diagnostic.message}")
            continue
        for name, item in found.items():
            title = f"{name} {item.schema.version}"
            if {name, title} & seen:
                continue
            seen.add(title)
            start = time.perf_counter()
            schemas = item.linkml()
            seconds = time.perf_counter() - start
            own = [one for key, one in schemas.items() if key.partition(".")[0] == name]
            row(title, own, seconds)


def row(title: str, schemas: Iterable[Mapping[str, Any]], seconds: float) -> None:
    classes = [found for schema in schemas for found in schema.get("classes", {}).values()]
    slots = [slot for found in classes for slot in found["attributes"].values()]
    mute = sorted(set(wordless(classes)))
    counts = f"{len(classes):>7} {len(slots):>6}"
    print(f"{title:<32} {counts} {seconds:>8.3f}  {', '.join(mute) or '-'}")


def wordless(classes: list[dict[str, Any]]) -> Iterator[str]:
    """Fixed values and defaults that only annotations have."""
    words = {"equals_string", "equals_number", "minimum_value"}
    for found in classes:
        for name, slot in found["attributes"].items():
            said = Facts.of(slot)
            nested = "nested" if slot.get("inlined") else ""
            if said["fixed"] is not None and not words & slot.keys() and not nested:
                yield f"{name}={said['fixed']}"
            if said["default"] is not None and "ifabsent" not in slot and not nested:
                yield f"{name}~{said['default']}"


# -- nwb-models --------------------------------------------------------------------------------


def their_classes(folder: Path) -> tuple[ClassDicts, dict[str, str]]:
    """Their classes of a release, with those that it imports; and the releases imported."""
    found: ClassDicts = {}
    imported: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")):
        schema = yaml.load(file.read_text(), yaml.CSafeLoader)
        for name, one in (schema.get("classes") or {}).items():
            fields = one.get("attributes") or {}
            if isinstance(fields, list):
                fields = {field["name"]: field for field in fields}
            found[name] = {"is_a": one.get("is_a"), "attributes": fields}
        for name in schema.get("imports") or ():
            if match := re.match(r"\.\./\.\./(\w+)/(v\w+)/", name):
                imported[match[1]] = match[2]
    for kind, version in imported.items():
        if kind != "hdmf_experimental" or folder.parent.name == kind:
            found = {**their_classes(folder.parent.parent / kind / version)[0], **found}
    found.pop("AnyType", None)
    return found, imported


def fields_of(classes: ClassDicts, name: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The fields of a class, inherited ones too, each with the class that it comes from."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    step: str | None = name
    while step is not None and step in classes:
        for field, slot in classes[step]["attributes"].items():
            found.setdefault(field, (step, slot))
        step = classes[step].get("is_a")
    return found


@dataclass
class Difference:
    what: str
    theirs: str
    ours: str
    reason: str
    line: str


class Comparison:
    """A release of theirs beside ours."""

    def __init__(self, theirs: ClassDicts, release: Release, namespace: str) -> None:
        self.theirs = theirs
        self.ours = release.classes(namespace)
        self.release = release
        self.places: dict[str, Place] = {}
        self.slots: dict[tuple[str, str], Place] = {}
        classes = Classes(Catalog(release.included[namespace], release.included))
        for place, name in classes.names.items():
            self.places[name] = place
            for child, slot in classes.slots_of(place).items():
                self.slots[name, slot] = child
        self.nodes: dict[Path, yaml.Node] = {}

    def differences(self) -> Iterator[Difference]:
        yield from self.names()
        seen = set()
        for name in sorted(self.theirs.keys() & self.ours.keys()):
            theirs, ours = self.theirs[name].get("is_a"), self.ours[name].get("is_a")
            if theirs != ours:
                refined = self.places[name].counterpart
                reason = refined and "it refines this one"
                yield self.difference(f"{name} is_a", theirs, ours, reason, refined)
            for found in self.fields(name):
                if found.what not in seen:
                    seen.add(found.what)
                    yield found

    def names(self) -> Iterator[Difference]:
        for name in sorted(self.ours.keys() - self.theirs.keys()):
            place = self.places[name]
            if place.owner is None:
                inside = place.catalog.inline(place)
                reason = "a type defined inside another" if inside else "a type defined here"
                yield self.difference(name, "-", "class", reason, place)
            elif getattr(place.spec, "attributes", ()):
                yield self.difference(name, "-", "class", "it has attributes", place, "attributes")
            elif place.counterpart:
                reason = "it refines this one, which has attributes"
                yield self.difference(name, "-", "class", reason, place.counterpart)
            else:
                reason = "a part of a class that they do not have"
                known = self.names_of(place.owner) not in self.theirs
                yield self.difference(name, "-", "class", known and reason, place)
        for name in sorted(self.theirs.keys() - self.ours.keys()):
            child = self.slots.get(tuple(name.rsplit("__", 1)))  # type: ignore[arg-type]
            bare = child is not None and not child.children
            reason = "no attributes: the values alone" if bare else None
            yield self.difference(name, "class", "slot", reason, child)

    def names_of(self, place: Place) -> str:
        return next(name for name, found in self.places.items() if found is place)

    def fields(self, name: str) -> Iterator[Difference]:
        theirs, ours = fields_of(self.theirs, name), fields_of(self.ours, name)
        for field in sorted(theirs.keys() | ours.keys()):
            if field not in theirs:
                owner = ours[field][0]
                child = self.slots.get((owner, field))
                if child is None:  # the slot `value`
                    reason: str | None = "a dataset has values"
                    child = self.places[owner]
                elif owner == name:
                    reason = f"written here, role {spec_role(child.spec)}"
                else:
                    reason = "inherited from what it refines"
                yield self.difference(f"{owner}.{field}", "-", "field", reason, child)
            elif field not in ours:
                owner = theirs[field][0]
                defined = next(
                    (c for c in self.places[owner].children
                     if snake(getattr(c.spec, "type_inc", None) or "") == field
                     and getattr(c.spec, "type_def", None)), None)  # fmt: skip
                reason = defined and "a type is defined here, its slot has the name of that"
                yield self.difference(f"{owner}.{field}", "field", "-", reason, defined)
            elif bool(theirs[field][1].get("required")) != bool(ours[field][1].get("required")):
                yield self.required(field, theirs[field], ours[field])

    def required(
        self, field: str, theirs: tuple[str, dict[str, Any]], ours: tuple[str, dict[str, Any]]
    ) -> Difference:
        owner, slot = ours
        child = self.slots.get((owner, field))
        what = f"{theirs[0]}.{field} required"
        said = (bool(theirs[1].get("required")), bool(slot.get("required")))
        reason: str | None = None
        key = None
        if child is not None and isinstance(child.spec, FieldSpec):
            reason = "a compound has all its fields"
        elif child is None and Facts.of(slot).role == "children":
            child = next(c for c in self.places[owner].children if c.spec_quantity == "+")
            reason, key = "one or many", "quantity"
        elif child is None and Facts.of(slot).role == "value" and not said[1]:
            child, key = self.places[owner], "shape"
            reason = "an array, which may be empty" if child.inherited("shape") else None
        return self.difference(what, *map(str, said), reason, child, key)

    def difference(
        self, what: str, theirs: object, ours: object, reason: object, place: Place | None,
        key: str | None = None,
    ) -> Difference:  # fmt: skip
        line = self.line(place, key) if place else ""
        return Difference(what, str(theirs or "-"), str(ours or "-"),
                          str(reason or "NOT EXPLAINED"), line)  # fmt: skip

    def line(self, place: Place, key: str | None) -> str:
        """`file:line` of a spec, or of one of its keys."""
        folder = self.release.folders[place.namespace]
        file = folder / place.source
        node = self.node(place, file)
        if key is not None:
            values = {str(k.value): k for k, _ in node.value}
            node = values.get(key, node)
        shown = "/".join(file.parts[-3:])
        return f"{shown}:{node.start_mark.line + 1}"

    def node(self, place: Place, file: Path) -> yaml.Node:
        if file not in self.nodes:
            self.nodes[file] = yaml.compose(file.read_text(), yaml.CSafeLoader)
        if place.owner is None:
            name = getattr(place.spec, "type_def", None)
            return next(node for node in below(self.nodes[file]) if defines(node, name))
        role = "dtype" if isinstance(place.spec, FieldSpec) else f"{place.spec.role}s"
        listed = items(self.node(place.owner, file))[role]
        same = [getattr(part, "spec", part) for part in place.owner.children]
        kind = [part for part in same if type(part) is type(place.spec)]
        number = next(number for number, part in enumerate(kind) if part is place.spec)
        node: yaml.Node = listed.value[number]
        return node


def items(node: yaml.Node) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value}


def below(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from below(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from below(value)


def defines(node: yaml.Node, name: str | None) -> bool:
    return any(
        key.value in ("neurodata_type_def", "data_type_def") and value.value == name
        for key, value in node.value
    )


def pairs(models: Path, schemas: Path) -> Iterator[tuple[str, ClassDicts, Release, str]]:
    """Each release of theirs, with ours."""
    commons = {}
    for folder in (schemas / "hdmf-common-schema").iterdir():
        release = Release.read(folder / "common")
        for one in release.namespaces:
            if one.version == folder.name or (one.name, one.version) not in commons:
                commons[one.name, one.version] = release
    for kind in ("hdmf_common", "hdmf_experimental", "core"):
        for folder in sorted((models / kind).iterdir(), key=lambda path: version_key(path.name)):
            version = folder.name[1:].replace("_", ".").replace(".alpha", "-alpha")
            theirs, imported = their_classes(folder)
            name = kind.replace("_", "-")
            if kind != "core":
                found = commons.get((name, version))
            else:
                common = imported["hdmf_common"][1:].replace("_", ".")
                path = schemas / "nwb-schema" / version / "core"
                other = schemas / "hdmf-common-schema" / common / "common"
                found = Release.read(path, other) if path.exists() and other.exists() else None
            if found is None:
                print(f"\n{name} {version}: not among the schemas")
                continue
            yield f"{name} {version}", theirs, found, name


def count(classes: Mapping[str, Mapping[str, Any]]) -> str:
    return f"{len(classes)} classes, {sum(len(c['attributes']) for c in classes.values())} slots"


def main(models: str, schemas: str, files: str | None = None) -> int:
    releases(Path(schemas))
    if files is not None:
        carried(Path(files))
    linkml = next(Path(models).rglob("schema/linkml"))
    unexplained = 0
    for title, theirs, release, namespace in pairs(linkml, Path(schemas)):
        comparison = Comparison(theirs, release, namespace)
        comparison.ours.pop("AnyType", None)
        found = list(comparison.differences())
        unexplained += sum(one.reason == "NOT EXPLAINED" for one in found)
        print(f"\n{title}: theirs {count(theirs)}; ours {count(comparison.ours)}; "
              f"{len(found)} differences")  # fmt: skip
        for one in found:
            print(f"  {one.what:<48} {one.theirs:>10} | {one.ours:<22} {one.reason:<42} {one.line}")
    print(f"\n{unexplained} differences not explained")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

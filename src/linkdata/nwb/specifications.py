"""The specifications that an NWB file carries, and where a document keeps them.

Takes: the imports of a document; the specifications of a file.
Gives: `namespaces`, the versions a file carries; `texts`, the datasets that a file is to carry.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".

A file has them under `/specifications/<namespace>/<version>`, a text `namespace` and one for each
source, all of them JSON; the attribute `.specloc` of the root refers to the group.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from linkdata.arrays.protocols import SourceFile
from linkdata.errors import LinkdataError
from linkdata.graph.entity import as_group
from linkdata.schema.carried import specifications
from linkdata.schema.language import texts as spec_texts
from linkdata.schema.language.texts import source_text, stem
from linkdata.schema.places import SchemaText

ROOT, LOCATION = "specifications", ".specloc"
NAMESPACE = "namespace"


def namespaces(file: SourceFile) -> list[tuple[str, str]]:
    """The namespaces that a file carries, each with each of its versions."""
    found = []
    group = specifications(file)
    for name in group.keys() if group is not None else ():
        try:
            versions = as_group(file.item(f"/{ROOT}/{name}"))
        except LinkdataError:
            continue
        found += [(name, version) for version in (versions.keys() if versions else ())]
    return found


def texts(name: str, text: SchemaText) -> Iterator[tuple[str, str, str]]:
    """The datasets of a namespace in a file: version, name of the dataset, text.

    JSON is kept as it is; YAML is written as JSON, as the writers of NWB files do.
    """
    data = spec_texts.plain(text.place, text.text, strings=True)
    found: dict[str, Any] = next(item for item in data["namespaces"] if item.get("name") == name)
    version = str(found.get("version", ""))
    is_json = _is_json(text.text)
    if is_json:
        yield version, NAMESPACE, text.text
    else:
        listed = [_carried(entry) for entry in found.get("schema", ())]
        yield version, NAMESPACE, _json({"namespaces": [found | {"schema": listed}]})
    for entry in found.get("schema", ()):
        source = entry.get("source")
        content = source_text(text.load, source) if isinstance(source, str) else None
        if content is not None:
            if not _is_json(content):
                content = _json(spec_texts.plain(source, content))
            yield version, source if is_json else stem(source), content


def _carried(entry: dict[str, Any]) -> dict[str, Any]:
    """A source or an included namespace, as files say it.

    A namespace is included whole, as other writers do: what validates a file by the most specific
    namespace in it has to find `NWBFile` there, though an extension names the types that it uses.
    """
    included, source = entry.get(NAMESPACE), entry.get("source")
    if isinstance(included, str):
        return {NAMESPACE: included}
    return entry | {"source": stem(source)} if isinstance(source, str) else entry


@lru_cache(maxsize=256)  # a document is planned twice when it is made, with the same texts
def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)

"""From an HDF5 file to a document: what it says about itself, its data, and where arrays go.

Takes: the graph of a file, the place of the new document, and what is to become of arrays.
Gives: `Author.document`, plain data; files beside the document are written meanwhile.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from linkdata.arrays.adding import add_array
from linkdata.arrays.protocols import Dataset
from linkdata.errors import OutputError, StoreError, error
from linkdata.graph.entity import Entity, as_group
from linkdata.graph.graph import Graph
from linkdata.nwb.describing import Describer
from linkdata.nwb.specifications import ROOT, namespaces, texts
from linkdata.output import write_text
from linkdata.schema import distributions
from linkdata.schema.carried import carried
from linkdata.schema.model import Schema
from linkdata.schema.naming import ClassNames
from linkdata.schema.places import USUAL
from linkdata.schema.typing import types_of
from linkdata.store.protocols import WritableStore

#: What imports are called in a document; any other namespace goes by its own name.
ALIASES = {"core": "nwb", "hdmf-common": "hdmf"}
#: How many elements an array may have to be written out, unless the caller says.
LIMIT = 100
#: What an `id` does not have.
_UNNAMED = re.compile(r"[^A-Za-z0-9_.~-]")
#: What the folder of a document's schemas is called: the document's name, and this.
SCHEMAS = ".schemas"


class Author:
    """Writes the document of one file. `arrays` is `link`, `store` or `inline`; a `store` is there
    for the second. Arrays of up to `limit` elements are written out.
    """

    def __init__(
        self,
        graph: Graph,
        out: Path,
        arrays: str,
        *,
        store: WritableStore | None = None,
        limit: int = LIMIT,
        progress: Callable[[str], None] = lambda path: None,
    ) -> None:
        root = graph.data
        item = root.item if isinstance(root, Entity) else None
        group = as_group(item) if item is not None else None
        if group is None:
            raise OutputError(error("usage", "this is not the graph of an HDF5 file"))
        self.graph = graph
        self.root = group
        self.file: Any = group.file
        self.out = out
        self.arrays = arrays
        self.store = store
        self.limit = limit
        self.progress = progress
        self.types = types_of(graph)
        self.prefix = "nwbfile" if "nwb_version" in group.attributes else "file"

    def document(self) -> dict[str, Any]:
        """The document, without its section `storage`.

        Raises `OutputError`, `StoreError`, and what reading the file raises.
        """
        schemas, imports = self._imports()
        names = ClassNames(schemas, {})
        limit = None if self.arrays == "inline" else self.limit
        describer = Describer(self.graph, self._elsewhere, names, limit, self.progress)
        data = describer.data(self.root)
        name = _UNNAMED.sub("_", self.out.stem).strip(".") or "document"
        meta: dict[str, Any] = {"id": name}
        if self.arrays == "link":
            meta["prefixes"] = {self.prefix: {"path": self._relative()}}
        if imports:
            meta["imports"] = imports
        return {"meta": meta, "data": data}

    def _relative(self) -> str:
        return os.path.relpath(self.file.path, os.path.realpath(self.out.parent))

    # Schemas

    def _imports(self) -> tuple[dict[str, Schema], dict[str, Any]]:
        """The schemas by their aliases, and what the document says of them."""
        versions: dict[str, str] = {}
        for name, version in namespaces(self.file):
            known = versions.get(name)
            if known is None or distributions.order(version) > distributions.order(known):
                versions[name] = version
        if not versions and self.prefix == "nwbfile":
            versions = dict.fromkeys(("core", "hdmf-common"), "")
        schemas: dict[str, Schema] = {}
        imports: dict[str, Any] = {}
        for name, version in sorted(versions.items(), key=lambda one: one[0] != "core"):
            schema = self.types.carried.schema(self.file, name)
            if schema is None:
                continue
            alias = ALIASES.get(name, name)
            schemas[alias] = schema
            imports[name] = {"as": alias} if alias != name else {}
            if version and schema.version == version:
                imports[name]["version"] = version
            imports[name]["from"] = [self._source(name, version)]
        return schemas, imports

    def _source(self, name: str, version: str) -> dict[str, Any]:
        """Where the document has a namespace from."""
        if not version:
            return {"pypi": {"package": USUAL.get(name, name)}}
        if self.arrays == "link":
            return {"hdf5": f"{self.prefix}:/{ROOT}/{name}/{version}"}
        folder = self.out.with_name(self.out.name + SCHEMAS) / name / version
        for _, source, text in texts(name, carried(self.file, name, version)):
            folder.mkdir(parents=True, exist_ok=True)
            write_text(folder / f"{source}.json", [text], force=True)
        return {"path": f"{self.out.name}{SCHEMAS}/{name}/{version}/namespace.json"}

    # Arrays

    def _elsewhere(self, dataset: Dataset) -> dict[str, Any] | None:
        if self.arrays == "link":
            source = f"{self.prefix}:{dataset.name}"
            return {"from": {"type": "hdf5", "source": source}}
        if self.store is None:
            return None
        try:
            entry = add_array(dataset, self.store)
        except StoreError as problem:
            if problem.code != "store-array-unsupported":
                raise
            return None  # references, which only the document can hold
        return {"chunks": str(entry.digest), "dtype": entry.dtype, "shape": list(entry.shape)}

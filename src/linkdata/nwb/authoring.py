"""From an HDF5 file to a document: what it says about itself, its data, and where arrays go.

Takes: the graph of a file, the place of the new document, and what is to become of arrays.
Gives: `Author.document`, plain data; files beside the document are written meanwhile.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkdata.arrays.protocols import Dataset
from linkdata.errors import OutputError, StoreError, error
from linkdata.graph.entity import Entity, as_group
from linkdata.graph.graph import Graph
from linkdata.iri import is_prefix_name
from linkdata.nwb.describing import Describer
from linkdata.nwb.specifications import ROOT, namespaces, texts
from linkdata.output import write_text
from linkdata.schema import distributions
from linkdata.schema.carried import carried
from linkdata.schema.model import Schema
from linkdata.schema.naming import ClassNames
from linkdata.schema.places import USUAL
from linkdata.schema.typing import types_of
from linkdata.syntax.references import Form, parse_reference

if TYPE_CHECKING:
    from linkdata.arrays.adding import Depth
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

    Arrays that stay in the file are written with their digest, if one is asked for. The manifests
    of stored digests go to the `store`, so that chunks can be verified one by one.
    """

    def __init__(
        self,
        graph: Graph,
        out: Path,
        arrays: str,
        *,
        store: WritableStore | None = None,
        digest: Depth | None = None,
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
        self.digest = digest
        self.limit = limit
        self.progress = progress
        self.types = types_of(graph)
        self.beside: dict[Path, str] = {}  # the prefixes of files that this one links to
        self._taken: set[str] = set()
        self.prefix = "nwbfile" if "nwb_version" in group.attributes else "file"

    def document(self) -> dict[str, Any]:
        """The document, without its section `storage`.

        Raises `OutputError`, `StoreError`, and what reading the file raises.
        """
        schemas, imports = self._imports()
        names = ClassNames(schemas, {})
        limit = None if self.arrays == "inline" else self.limit
        self._taken = {self.prefix, *imports, *schemas}
        describer = Describer(
            self.graph, self._elsewhere, names, limit, self.progress, self._beyond
        )
        data = describer.data(self.root)
        name = _UNNAMED.sub("_", self.out.stem).strip(".") or "document"
        meta: dict[str, Any] = {"id": name}
        prefixes = {self.prefix: self.file.path} if self.arrays == "link" else {}
        prefixes |= {prefix: path for path, prefix in self.beside.items()}
        if prefixes:
            meta["prefixes"] = {key: {"path": self._seen(path)} for key, path in prefixes.items()}
        if imports:
            meta["imports"] = imports
        return {"meta": meta, "data": data}

    @property
    def folders(self) -> list[Path]:
        """The folders of the file and of those that it links to, which the document refers to."""
        return list(dict.fromkeys(path.parent for path in (Path(self.file.path), *self.beside)))

    def _seen(self, path: Path) -> str:
        """A path as the document has it."""
        return os.path.relpath(path, os.path.realpath(self.out.parent))

    # Files that this one links to

    def _beyond(self, file: str, path: str) -> str | None:
        """The reference to what an external link leads to; its file gets a prefix."""
        place = Path(os.path.realpath(os.path.join(os.path.dirname(self.file.path), file)))
        prefix = self.beside.get(place) or self._free(place.stem)
        reference = parse_reference(text := f"{prefix}:/{path.lstrip('/')}")
        if reference is None or reference.form is not Form.SOURCE:
            return None
        self.beside[place] = prefix
        return text

    def _free(self, stem: str) -> str:
        """A name for a prefix that nothing else has."""
        plain = stem if is_prefix_name(stem) else "linked"
        names = (f"{plain}{number or ''}" for number in count())
        found = next(name for name in names if name not in self._taken)
        self._taken.add(found)
        return found

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
            return {"from": {"type": "hdf5", "source": source, **self._digest(dataset)}}
        if self.store is None:
            return None
        from linkdata.arrays.adding import add_array

        try:
            entry = add_array(dataset, self.store)
        except StoreError as problem:
            if problem.code != "store-array-unsupported":
                raise
            return None  # references, which only the document can hold
        return {"chunks": str(entry.digest), "dtype": entry.dtype, "shape": list(entry.shape)}

    def _digest(self, dataset: Dataset) -> dict[str, str]:
        if self.digest is None:
            return {}
        from linkdata.arrays.adding import add_array

        # A manifest of content digests would promise chunks, which stay in the file.
        store = self.store if self.digest == "stored" else None
        try:
            return {"digest": str(add_array(dataset, store, digest=self.digest).digest)}
        except StoreError as problem:
            if problem.code != "store-array-unsupported":
                raise
            return {}

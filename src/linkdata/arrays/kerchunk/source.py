"""The source of type `kerchunk`: files as reference JSON describes them.

Takes: a way to the reference file, its name, the roots.
Gives: `KerchunkSource`, the entry point; `KerchunkFile`.
Implements: `specs/linkdata-1.0.md`, section "Zarr and kerchunk".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from linkdata.arrays.kerchunk.references import References, read_references
from linkdata.arrays.protocols import Ranged
from linkdata.errors import SourceError, did_you_mean, error
from linkdata.roots import OpenFile, Roots

if TYPE_CHECKING:
    from linkdata.arrays.kerchunk.items import KerchunkDataset, KerchunkGroup

_ARRAY, _GROUP = ".zarray", ".zgroup"


class KerchunkSource:
    """The source of type `kerchunk`."""

    def open(
        self,
        locate: Callable[[], Path | Ranged],
        name: str,
        roots: Roots,
        *,
        writable: bool = False,
        verify: Callable[[OpenFile], None] | None = None,
    ) -> KerchunkFile:
        """A file, not yet touched. See `linkdata.arrays.protocols.Source`."""
        return KerchunkFile(locate, name, roots, verify)


class KerchunkFile:
    """A reference file. It is read once, when something is asked of it."""

    type = "kerchunk"

    def __init__(
        self,
        locate: Callable[[], Path | Ranged],
        name: str,
        roots: Roots,
        verify: Callable[[OpenFile], None] | None = None,
    ) -> None:
        """Touch nothing yet."""
        self.name = name
        self._locate = locate
        self._roots = roots
        self._verify = verify

    @cached_property
    def references(self) -> References:
        """The references. Raises `SourceError`, and what locating the file raises."""
        found = self._locate()
        if not isinstance(found, Path):
            raise SourceError(
                error("source-unsupported", "a reference file in a network", place=self.name,
                      hint="download it, and declare its `path`")
            )  # fmt: skip
        return read_references(found, self.name, self._roots, self._verify)

    @cached_property
    def nodes(self) -> dict[str, str]:
        """The paths of groups and arrays, with what says so; those in between too."""
        found: dict[str, str] = {"": _GROUP}
        for key in self.references.keys():  # noqa: SIM118 - not a mapping
            path, _, last = key.rpartition("/")
            if last in (_ARRAY, _GROUP):
                parts = path.split("/")
                for length in range(1, len(parts)):
                    found.setdefault("/".join(parts[:length]), _GROUP)
                found[path] = last
        return found

    def item(self, path: str, /) -> KerchunkGroup | KerchunkDataset:
        """The object at a path. Raises `SourceError` (`source-path-missing`)."""
        from linkdata.arrays.kerchunk.items import KerchunkDataset, KerchunkGroup

        asked = "/".join(part for part in path.split("/") if part)
        kind = self.nodes.get(asked)
        if kind is None:
            near = did_you_mean(asked, self.nodes)
            raise SourceError(
                error("source-path-missing", f"there is no `/{asked}`",
                      place=f"{self.name}:/{asked}", hint=near)
            )  # fmt: skip
        made = KerchunkDataset if kind == _ARRAY else KerchunkGroup
        return made(self, asked)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nothing is held open."""
        yield

    def close(self) -> None:
        """Forget what was read; the next access reads it again."""
        for name in ("references", "nodes"):
            self.__dict__.pop(name, None)

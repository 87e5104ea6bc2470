"""The source files of a graph: opened through plug-ins, each one once, when needed.

Takes: the places in source files that references name.
Gives: items (groups and datasets) and the identities of what is inside the files.
Implements: `specs/linkdata-1.0.md`, sections "HDF5 sources" and "Identity".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import PurePath
from typing import cast

from linkdata import iri, plugins
from linkdata.arrays.protocols import Item, Source, SourceFile
from linkdata.errors import Diagnostic, LinkdataError, ResolutionError, did_you_mean, error
from linkdata.resolve.bindings import Binder
from linkdata.resolve.registry import Bound, stem
from linkdata.resolve.targets import External
from linkdata.spans import Span
from linkdata.syntax.references import Step, format_path

GROUP = "linkdata.sources"


class Files:
    """The source files that a graph reads from."""

    def __init__(self, binder: Binder, *, writable: bool = False) -> None:
        self.binder = binder
        self.writable = writable
        self._files: dict[tuple[str, Bound], SourceFile] = {}
        self._identities: dict[int, str] = {}
        self._prefixes: dict[int, str] = {}
        self._adopted: list[SourceFile] = []
        self._held = False
        self._stack = ExitStack()

    def file(self, external: External) -> SourceFile:
        """The file of a place; nothing is opened. Raises `ResolutionError`."""
        found = self._files.get((external.type, external.bound))
        if found is None:
            if not plugins.is_registered(GROUP, external.type):
                raise ResolutionError(unknown_type(external.type, external.span))
            made = plugins.load(GROUP, external.type)
            source = cast("Source", made() if isinstance(made, type) else made)
            bound = external.bound
            found = source.open(
                lambda: self.binder.source(bound),
                _name(bound),
                self.binder.roots,
                writable=self.writable,
                verify=lambda file: self.binder.verify(bound, file),
            )
            self._keep(external, found)
            if self._held:
                self._hold(found)
        return found

    def adopt(self, external: External, file: SourceFile) -> None:
        """Use a file that another graph has open already. That one closes it."""
        self._keep(external, file)
        self._adopted.append(file)

    def _keep(self, external: External, file: SourceFile) -> None:
        bound = external.bound
        self._files[external.type, bound] = file
        self._identities[id(file)] = bound.base + stem(_name(bound))
        self._prefixes[id(file)] = bound.prefix.name

    def bound(self, file: SourceFile) -> Bound | None:
        """The prefix that a file is bound to; None for one that only a link in a file leads to."""
        found = (bound for (_, bound), known in self._files.items() if known is file)
        return next(found, None)

    def item(self, external: External) -> Item:
        """The item at a place. Opens the file.

        Raises `SourceError`, `RetrievalError`, `ResolutionError`.
        """
        path = external.path.rstrip("/") + "".join(f"/{step}" for step in external.steps)
        return self.file(external).item(path or "/")

    def identity(self, file: SourceFile, base: str, path: str) -> str:
        """The IRI of what lies at a path of a file: as if the file were a document."""
        document = self._identities.get(id(file))
        if document is None:
            document = base + iri.encode(PurePath(file.name).stem)
            self._identities[id(file)] = document
        steps: list[Step] = ["data", *(part for part in path.split("/") if part)]
        return f"{document}#{iri.encode(format_path(steps))}"

    def reference(self, item: Item) -> str:
        """The reference by which a document reaches an item: `prefix:/path`.

        A file that only an external link leads to has no prefix; its name stands there.
        """
        return f"{self._prefixes.get(id(item.file), item.file.name)}:{item.name}"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep files open from their first use on, which makes many small reads quick."""
        if self._held:
            yield
            return
        with ExitStack() as stack:
            self._stack, self._held = stack, True
            try:
                for file in self._files.values():
                    self._hold(file)
                yield
            finally:
                self._held = False

    def _hold(self, file: SourceFile) -> None:
        """Keep a file open, if it can be opened: otherwise whoever uses it is told why not."""
        with suppress(LinkdataError):
            self._stack.enter_context(file.held())

    def close(self) -> None:
        """Let go of all files."""
        for file in self._files.values():
            if not any(file is one for one in self._adopted):
                file.close()


def _name(bound: Bound) -> str:
    """What messages call the file of a prefix."""
    return bound.prefix.locations[0].target if bound.prefix.locations else bound.prefix.name


def unknown_type(kind: str, span: Span | None) -> Diagnostic:
    """The finding that no source of a type is known."""
    return error(
        "from-type-unknown",
        f"there is no source of the type `{kind}`",
        span,
        hint=did_you_mean(kind, [*plugins.names(GROUP), "linkdata"])
        or "known are " + ", ".join(f"`{name}`" for name in ["linkdata", *plugins.names(GROUP)]),
    )


def located(problem: LinkdataError, span: Span | None) -> LinkdataError:
    """The same error, at a place in a text if it has none of its own."""
    found = tuple(replace(one, span=one.span or span) for one in problem.diagnostics)
    return type(problem)(found)

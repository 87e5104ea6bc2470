"""Containers of any objects, by name.

Takes: objects.
Gives: `SimpleMultiContainer`, with hdmf.common's arguments and methods.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from linkdata.errors import UsageError, did_you_mean, error
from linkdata.graph.changes import Made, assign
from linkdata.graph.entity import Link
from linkdata.objects.access import Object, wrap
from linkdata.objects.known import COMMON
from linkdata.objects.putting import unwrapped


class SimpleMultiContainer(Object):
    """Objects by name: `container["name"]`; `len` and iteration are of the objects."""

    _TYPE: ClassVar[tuple[str, str]] = (COMMON, "SimpleMultiContainer")

    def __init__(
        self, name: str, containers: Iterable[Object] | None = None, **fields: Any
    ) -> None:
        """Make a container in memory."""
        made = Made(name, ":".join(self._TYPE), type(self))
        super().__init__(made)
        for key, value in fields.items():
            assign(made, key, unwrapped(value))
        for one in containers or ():
            self.add_container(one)

    def _links(self) -> Iterator[tuple[str, Link]]:
        for key in self.entity:
            value = self.entity.link(key)
            if isinstance(value, Link):
                yield key, value

    @property
    def containers(self) -> Mapping[str, Any]:
        """The objects, by name."""
        return {key: wrap(link) for key, link in self._links()}

    def add_container(self, container: Object | Iterable[Object]) -> Any:
        """Add an object, or several, in memory. Gives what it was given.

        Raises `UsageError` for a name that there is already.
        """
        given = [container] if isinstance(container, Object) else list(container)
        for one in given:
            if one.name in self.entity:
                raise UsageError(
                    error("usage", f"there is a `{one.name}` in `{self.name}` already",
                          self.entity.span)
                )  # fmt: skip
            self._set(one.name, one)
        return container

    def get_container(self, name: str | None = None) -> Any:
        """An object by its name; without one, the only one. Raises `UsageError`."""
        found = self.containers
        if name is None and len(found) == 1:
            return next(iter(found.values()))
        if name is None or name not in found:
            what = "has several objects, or none" if name is None else f"has no object `{name}`"
            raise UsageError(
                error("usage", f"`{self.name}` {what}", self.entity.span,
                      hint=did_you_mean(name or "", found))
            )  # fmt: skip
        return found[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.containers.values())

    def __len__(self) -> int:
        return sum(1 for _ in self._links())

"""Objects of which only a source file can say what they are.

Takes: an entity whose fields come from a file that was not opened yet.
Gives: `Unopened`, which becomes an object of the right class when something is asked of the file.
Implements: `specs/linkdata-1.0.md`, section "Python objects".

A document may name a thousand files; to hold an object of one of them opens none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linkdata.objects.access import Object, wrap
from linkdata.objects.registry import settled_class

_set_class = object.__dict__["__class__"].__set__


class Unopened(Object):
    """An object whose class is not known yet; `isinstance` finds it out."""

    @property  # type: ignore[misc]
    def __class__(self) -> type[Object]:  # type: ignore[override]
        # Not settled here: `isinstance` looks no further once the type of the object is this one.
        return settled_class(self.entity)

    def _settled(self) -> Object:
        """The same object, now of its class. The file is opened, if it can be."""
        if type(self) is Unopened:
            _set_class(self, settled_class(self.entity))
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_entity" not in self.__dict__:
            raise AttributeError(name)
        written = self.entity.written(name)
        if isinstance(written, bool | int | float | str):
            return written
        with self.entity.held():
            return getattr(self._settled(), name)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            written = self.entity.written(key)
            if written is not None:
                return wrap(written)
        with self.entity.held():
            return self._settled()[key]

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._settled(), name, value)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._settled()[key] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self._settled())

    def __len__(self) -> int:
        return len(self._settled())

    def __contains__(self, key: object) -> bool:
        return key in self._settled()

    def __eq__(self, other: object) -> bool:
        return bool(self._settled() == other)

    def __hash__(self) -> int:
        return hash(self._settled())

    def __dir__(self) -> list[str]:
        return dir(self._settled())

    def __repr__(self) -> str:
        return repr(self._settled())

    def get(self, key: Any, *given: Any, **more: Any) -> Any:
        """What the class of the object gives."""
        return self._settled().get(key, *given, **more)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self._settled().__array__(dtype, copy)

    def to_pandas(self) -> Any:
        """What the class of the object gives."""
        return self._settled().to_pandas()

    def _repr_html_(self) -> str:
        return self._settled()._repr_html_()

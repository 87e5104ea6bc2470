"""Which Python class stands for which class of a schema.

Takes: entities, and the names of classes.
Gives: `register_class`, `get_class`, as hdmf.common has them; `class_for`, the class for an entity.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

An object is of the Python class that is registered for its class, or for the nearest ancestor of
it that has one. Ancestors are those of the schema; where no schema is known, those of `PARENTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, overload

from linkdata.errors import LinkdataError, UsageError, did_you_mean, error
from linkdata.graph.changes import Made
from linkdata.graph.entity import Entity
from linkdata.objects.known import BUILT_IN, COMMON, PARENTS

if TYPE_CHECKING:
    from linkdata.objects.access import Object

Class = TypeVar("Class", bound="type[Object]")

#: Classes that were registered, by the name of the type, then by namespace.
_registered: dict[str, dict[str, type[Object]]] = {}
_MEMO = "python class"


@overload
def register_class(
    data_type: str, namespace: str = ..., container_cls: None = ...
) -> Callable[[Class], Class]: ...
@overload
def register_class(data_type: str, namespace: str, container_cls: Class) -> Class: ...
def register_class(data_type: str, namespace: str = COMMON, container_cls: Any = None) -> Any:
    """Make a class stand for a type of a namespace; without a class, a decorator that does.

    Objects of the type, and of types that descend from it and have no class of their own, are
    instances of it from now on.
    """

    def register(found: Class) -> Class:
        _registered.setdefault(data_type, {})[namespace] = found
        return found

    return register if container_cls is None else register(container_cls)


def has_registered() -> bool:
    """Whether a user has registered classes of their own."""
    return bool(_registered)


def get_class(data_type: str, namespace: str = COMMON) -> type[Object]:
    """The class that stands for a type. Raises `UsageError` where none does."""
    found = _named(data_type, namespace)
    if found is not None:
        return found
    known = sorted({*_registered, *BUILT_IN, *PARENTS})
    for ancestor in _ancestors(data_type):
        found = _named(ancestor, None)
        if found is not None:
            return found
    raise UsageError(
        error("usage", f"no class stands for `{namespace}:{data_type}`",
              hint=did_you_mean(data_type, known) or "`register_class` makes one do")
    )  # fmt: skip


def class_for(entity: Entity) -> type[Object]:
    """The Python class for an entity.

    Where only a source file can say what the object is, and has not been asked yet, that is
    `Unopened`, which finds out when something is asked of it.
    """
    found: type[Object] | None = entity.memo.get(_MEMO)
    if found is None:
        found = _class_for(entity)
        entity.memo[_MEMO] = found
    return found


def settled_class(entity: Entity) -> type[Object]:
    """The Python class for an entity, its file opened if need be."""
    from linkdata.objects.access import Object

    try:
        with entity.held():
            found = _by_names(entity)
    except LinkdataError:
        return Object  # the file cannot be had; whoever asks for a field is told why
    entity.memo[_MEMO] = found
    return found


def _class_for(entity: Entity) -> type[Object]:
    if isinstance(entity, Made) and entity.made_as is not None:
        return entity.made_as
    if entity.unopened and entity.named_class is None:
        from linkdata.objects.unopened import Unopened

        return Unopened
    return settled_class(entity)


def _by_names(entity: Entity) -> type[Object]:
    from linkdata.objects.access import Object

    named = entity.is_a
    namespace, _, own = (named or "").rpartition(":")
    for ancestor in _class_names(entity, own):
        found = _named(ancestor, namespace if ancestor == own else None)
        if found is not None:
            return found
    if named is not None and "colnames" in entity:
        return _built_in("DynamicTable")  # of a type that nothing here knows
    return Object


def _class_names(entity: Entity, own: str) -> Iterable[str]:
    """The names of what an object is, nearest first."""
    if own in _registered or own in BUILT_IN or own in PARENTS:
        return _ancestors(own)
    # The schema is not asked in vain: to read one takes longer than to open a file. In a file
    # each object names its class.
    if isinstance(entity, Made) or not (own or entity.context.imports):
        return ()
    if not own and not entity.layers:
        return ()
    from linkdata.schema.typing import types_of

    typed = types_of(entity.graph).of(entity)
    return () if typed is None else [one.name for one in typed.lineage]


def _ancestors(name: str) -> Iterator[str]:
    while name:
        yield name
        name = PARENTS.get(name, "")


def lineage(name: str) -> list[str]:
    """A type of HDMF or NWB, and what it descends from, by `PARENTS`."""
    return list(_ancestors(name))


def _named(name: str, namespace: str | None) -> type[Object] | None:
    """The class for a name: of this namespace, else of whichever was registered last."""
    found = _registered.get(name)
    if found:
        return found.get(namespace or "") or list(found.values())[-1]
    return _built_in(name) if name in BUILT_IN else None


def _built_in(name: str) -> type[Object]:
    found: type[Object] = getattr(import_module(BUILT_IN[name]), name)
    return found

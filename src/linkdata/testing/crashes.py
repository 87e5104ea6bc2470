"""Power cuts: every state that the weakest POSIX may leave of a disk.

Takes: a `ModelFileSystem`.
Gives: `crash_states`, what a power cut may leave of it; `restored`, a disk in one of these states.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

Of a file that was not synced any part may be lost, or zeros in its place. Of the names in a folder
that was not synced each may be what it was at any time since the last sync, without regard to the
others: a rename may be half done.
"""

from __future__ import annotations

import random
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TypeAlias

from linkdata.testing.disk import ModelFile, ModelFileSystem, ModelFolder, Node

State: TypeAlias = Mapping[str, tuple[bytes, float]]
"""What lies on a disk: the content and the time of each file, by its path."""


def crash_states(
    files: ModelFileSystem,
    limit: int,
    chance: random.Random,
    without: Container[str] = (),
) -> Iterator[dict[str, tuple[bytes, float]]]:
    """What a power cut may leave: every state once, or `limit` of them by chance if there are more.

    The folders of the root that are named by `without` are left out.
    """
    root = _Outcomes(files.root, without)
    if root.count <= limit:
        numbers: Iterable[int] = range(root.count)
    else:
        numbers = (chance.randrange(root.count) for _ in range(limit))
    for number in numbers:
        state: dict[str, tuple[bytes, float]] = {}
        root.write(number, "", state)
        yield state


def restored(state: State) -> ModelFileSystem:
    """A file system with these files, all durable."""
    files = ModelFileSystem()
    for path, (content, modified) in state.items():
        folder = files.root
        *above, name = path.split("/")
        for part in above:
            inner = folder.live.setdefault(part, ModelFolder())
            assert isinstance(inner, ModelFolder)
            folder = inner
        folder.live[name] = ModelFile(content, modified, content, modified)
        files.clock[0] = max(files.clock[0], modified)
    return files


class _Outcomes:
    """The states that a folder may come to, numbered. Only files tell them apart."""

    def __init__(self, folder: ModelFolder, without: Container[str] = ()) -> None:
        self._names: list[tuple[str, list[_Outcomes | _Contents | None], int]] = []
        self.count = 1
        self.hollow = True  # whether there may be no file in it
        for name in sorted({*folder.live, *folder.possible}):
            if name not in without:
                nodes = folder.possible.get(name, [folder.live.get(name)])
                options = [_outcomes(node) for node in nodes]
                hollow = [option for option in options if option is None or option.hollow]
                if len(hollow) > 1 and None in options:
                    options.remove(None)
                self.hollow = self.hollow and bool(hollow)
                counts = sum(1 if option is None else option.count for option in options)
                self._names.append((name, options, counts))
                self.count *= counts

    def write(self, number: int, path: str, state: dict[str, tuple[bytes, float]]) -> None:
        """Add the files of the state of this number to `state`."""
        for name, options, count in self._names:
            number, rest = divmod(number, count)
            for option in options:
                size = 1 if option is None else option.count
                if rest < size:
                    if option is not None:
                        option.write(rest, f"{path}/{name}" if path else name, state)
                    break
                rest -= size


class _Contents:
    """The states that a file may come to, numbered."""

    hollow = False

    def __init__(self, file: ModelFile) -> None:
        self._variants = [(content, at) for content in file.contents() for at in file.times()]
        self.count = len(self._variants)

    def write(self, number: int, path: str, state: dict[str, tuple[bytes, float]]) -> None:
        """Add the state of this number to `state`."""
        state[path] = self._variants[number]


def _outcomes(node: Node | None) -> _Outcomes | _Contents | None:
    if node is None:
        return None
    return _Contents(node) if isinstance(node, ModelFile) else _Outcomes(node)

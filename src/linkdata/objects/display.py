"""Showing objects to people: one line, a tree in the terminal, a tree in a notebook.

Takes: entities and values of the graph.
Gives: text and HTML that fit a screen. Values of arrays are never read for it.
Implements: `specs/linkdata-1.0.md`, section "Python objects".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from linkdata.arrays.inline import InlineArray
from linkdata.errors import LinkdataError
from linkdata.graph.entity import IS_A, Entity, Link, Value
from linkdata.graph.expanded import dtype_name
from linkdata.spans import shown

if TYPE_CHECKING:
    from rich.tree import Tree

    from linkdata.graph.graph import Graph

MAX_TEXT = 72
MAX_CHILDREN = 40
MAX_ITEMS = 6


@dataclass(slots=True)
class Line:
    """One line of a tree: a label, what is said of it, and how (`kind`), and lines below."""

    label: str
    text: str
    kind: str = "value"
    children: list[Line] = field(default_factory=list)


def outline(label: str, value: Value | Entity, depth: int, seen: set[int] | None = None) -> Line:
    """The tree of a value, `depth` levels of fields deep; an object once, then by its path."""
    seen = set() if seen is None else seen
    label = shown(label)
    if isinstance(value, Entity):
        value = Link(value, owned=True)
    if isinstance(value, Link):
        entity = value.target
        if not value.owned or id(entity) in seen:
            return Line(label, f"-> {where(entity)}", "link")
        seen.add(id(entity))
        line = Line(label, _about(entity), "object")
        if depth > 0:
            line.children = list(_fields(entity, depth, seen))
        return line
    if isinstance(value, list):
        return _list(label, value, depth, seen)
    return Line(label, one_line(value), "array" if hasattr(value, "dtype") else "value")


def _list(label: str, value: list[Value], depth: int, seen: set[int]) -> Line:
    if not any(isinstance(item, Link) and item.owned for item in value):
        items = ", ".join(one_line(item) for item in value[:MAX_ITEMS])
        more = f", ... {len(value)} items" if len(value) > MAX_ITEMS else ""
        return Line(label, f"[{items}{more}]")
    line = Line(label, f"{len(value)} items", "list")
    if depth > 0:
        for index, item in enumerate(value[:MAX_CHILDREN]):
            line.children.append(outline(f"[{index}]", item, depth - 1, seen))
        if len(value) > MAX_CHILDREN:
            line.children.append(Line("", f"... {len(value) - MAX_CHILDREN} more", "more"))
    return line


def _fields(entity: Entity, depth: int, seen: set[int]) -> Iterator[Line]:
    keys = [key for key in entity if key != IS_A]
    for key in keys[:MAX_CHILDREN]:
        try:
            yield outline(key, entity.link(key), depth - 1, seen)
        except LinkdataError as problem:
            said = shown(f"{problem.code}: {problem.diagnostic.message}")
            yield Line(shown(key), said, "problem")
    if len(keys) > MAX_CHILDREN:
        yield Line("", f"... {len(keys) - MAX_CHILDREN} more", "more")


def _about(entity: Entity) -> str:
    parts = [shown(entity.is_a or "")]
    array = entity.array
    if array is not None:
        parts.append(one_line(array))
    return " ".join(part for part in parts if part)


def where(entity: Entity) -> str:
    """An object's place for a person: its path here, or the file and the path in it."""
    own = entity.document_iri
    iri = shown(entity.iri)
    return iri[len(own) :] if iri.startswith(own + "#") else iri


def one_line(value: Any) -> str:
    """A value in one line, shortened."""
    if isinstance(value, Link):
        return f"-> {where(value.target)}"
    if isinstance(value, list):
        return f"[{len(value)} items]"
    if isinstance(value, InlineArray) and value.size <= MAX_ITEMS:
        return str(value.tolist())
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        shape = "no value" if value.shape is None else f"({', '.join(map(str, value.shape))})"
        return f"{dtype_name(value.dtype)} {shape}"
    text = " ".join(shown(value).split()) if isinstance(value, str) else repr(value)
    if value is None:
        text = "null"
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."


def short(entity: Entity) -> str:
    """An object in one line: its class, its place, its first fields."""
    keys = [key for key in entity if key != IS_A]
    names = ", ".join(map(shown, keys[:6])) + (f", ... {len(keys)} fields" if keys[6:] else "")
    array = entity.array
    inside = [part for part in (one_line(array) if array is not None else "", names) if part]
    return f"<{shown(entity.is_a or 'object')} {where(entity)}: {'; '.join(inside)}>"


def document_outline(graph: Graph, depth: int) -> Line:
    """The tree of a whole document: `data`, and named objects that stand nowhere else."""
    top = Line(graph.context.iri, "", "object")
    seen: set[int] = set()
    roots = {id(entity) for entity in graph.roots()}
    for key in graph.document:
        value = graph.document.link(key)
        if not isinstance(value, Link) or id(value.target) in roots:
            top.children.append(outline(key, value, depth - 1, seen))
    return top


def pprint(value: Any, max_depth: int = 3) -> None:
    """Print an object, a dataset or a value as a tree, `max_depth` levels deep."""
    from rich.console import Console

    graph = getattr(value, "graph", None)
    if graph is not None and hasattr(value, "check"):  # a dataset
        top = document_outline(graph, max_depth)
    else:
        found = getattr(value, "entity", value)
        top = outline("", found, max_depth)
    Console(soft_wrap=True).print(rich_tree(top))


def rich_tree(top: Line) -> Tree:
    """An outline for rich to print."""
    from rich.text import Text
    from rich.tree import Tree

    styles = {"object": "green", "link": "cyan", "array": "magenta", "problem": "red"}

    def text(line: Line) -> Text:
        words = Text(line.label, style="bold")
        if line.text:
            words.append("  " if line.label else "", style="default")
            words.append(line.text, style=f"not bold {styles.get(line.kind, 'default')}")
        return words

    def grow(tree: Tree, line: Line) -> Tree:
        for child in line.children:
            grow(tree.add(text(child)), child)
        return tree

    return grow(Tree(text(top)), top)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a notebook: markup made here, without texts of a document, and a caption."""

    markup: str
    caption: str


def html(top: Line, picture: Picture | None = None) -> str:
    """An outline for a notebook: levels fold, the first is open; above it the picture."""
    style = "font-family:monospace;font-size:90%;line-height:1.5"
    above = ""
    if picture is not None:
        above = f"<div>{picture.markup}<div><i>{escape(picture.caption)}</i></div></div>"
    return f'<div class="linkdata" style="{style}">{above}{_html(top, True)}</div>'


def _html(line: Line, unfolded: bool = False) -> str:
    colours = {"object": "#287a3d", "link": "#0b7285", "array": "#8b3a8b", "problem": "#b02a37"}
    colour = colours.get(line.kind)
    text = escape(line.text)
    if colour:
        text = f'<span style="color:{colour}">{text}</span>'
    label = f"<b>{escape(line.label)}</b> " if line.label else ""
    if not line.children:
        return f"<div>{label}{text}</div>"
    inner = "".join(_html(child) for child in line.children)
    state = " open" if unfolded else ""
    return (
        f"<details{state}><summary>{label}{text}</summary>"
        f'<div style="margin-left:1.5em">{inner}</div></details>'
    )

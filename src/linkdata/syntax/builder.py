"""The builder: from the parse events of libyaml to nodes.

Takes: a text, event by event.
Gives: `Builder`: the documents of the stream as trees of nodes, and what is wrong with them.
Implements: `specs/linkdata-1.0.md`, section "Text".

Nodes are made with an explicit stack: nesting costs no recursion, aliases are weighed and never
expanded, and nothing of YAML 1.1 gets in. What libyaml lets pass although YAML 1.2 does not,
`strictness` finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from linkdata.errors import Diagnostic, Related, error
from linkdata.spans import Source, Span
from linkdata.syntax.nodes import Alias, Candidate, Kind, Mapping, Node, Scalar, Sequence, start
from linkdata.syntax.scalars import as_float, core_value
from linkdata.syntax.stream import MAX_FINDINGS, Parsed
from linkdata.syntax.strictness import Event, Strictness, unquoted

MAX_DEPTH = 100
#: What aliases may add to the number of nodes that are written.
MAX_ALIAS_WEIGHT = 1_000_000

_COMMENT_REFERENCE = re.compile(r"[ \t]*(#\S+)")
# The anchor and tag before a scalar, and what may stand between them and it.
_PROPERTIES = re.compile(r"(?:[&!][^ \t\r\n]*|#[^\r\n]*|[ \t\r\n]+)*+")

_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS: dict[str, tuple[type, ...]] = {
    _TAG + "int": (int,),
    _TAG + "float": (int, float),
    _TAG + "bool": (bool,),
    _TAG + "null": (type(None),),
}


class Stop(Exception):
    """Reading further makes no sense; the reason is among the diagnostics."""


class Builder:
    """Makes nodes from events. One instance reads one text once."""

    def __init__(self, source: Source, text: str) -> None:
        self.source = source
        self.text = text
        self.documents: list[Parsed] = []
        self.diagnostics: list[Diagnostic] = []
        self.scalar_places: list[int] = []
        self.strictness = Strictness(source, text)
        self.parsed = Parsed(Scalar("", 0, Kind.PLAIN))
        # The innermost open collection, and in a mapping the key whose value comes next.
        self.container: Mapping | Sequence | None = None
        self.key: str | None = None
        self.key_place = 0
        self.stack: list[tuple[Mapping | Sequence | None, str | None, int]] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open_anchors: dict[int, tuple[str, int]] = {}
        self.weight = 0
        self.duplicates = 0

    def run(self) -> None:
        """Read the whole text. Raises `Stop`, and `yaml.MarkedYAMLError` for what is ill-formed."""
        import yaml  # not before there is a text to read
        from yaml.cyaml import CParser  # type: ignore[attr-defined]

        next_event: Callable[[], Event] = CParser(self.text).get_event
        handlers: dict[type, Callable[[Event], None]] = {
            yaml.MappingStartEvent: self.begin_mapping,
            yaml.SequenceStartEvent: self.begin_sequence,
            yaml.MappingEndEvent: self.end_collection,
            yaml.SequenceEndEvent: self.end_collection,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.begin_document,
            yaml.DocumentEndEvent: self.end_document,
            yaml.StreamStartEvent: lambda event: None,
        }
        scalar_event, stream_end = yaml.ScalarEvent, yaml.StreamEndEvent
        scalar = self.scalar
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar_event:
                scalar(event)
            elif kind is stream_end:
                break
            else:
                handlers[kind](event)
        self.diagnostics += self.strictness.finish(self.scalar_places)
        if not self.documents:
            self.fail("document-empty", "there is no document in the text", 0)

    # Events

    def begin_document(self, event: Event) -> None:
        """A document begins: anchors end with the one before."""
        self.parsed = Parsed(Scalar("", 0, Kind.PLAIN))
        self.anchors.clear()
        self.weight = 0
        self.strictness.begin_document(event)

    def end_document(self, event: Event) -> None:
        """A document ends."""
        self.documents.append(self.parsed)
        self.strictness.end_document(event)

    def scalar(self, event: Event) -> None:
        """A scalar: a key, or a value."""
        begin, end = event.start_mark.index, event.end_mark.index
        text, style, tag = event.value, event.style, event.tag
        if tag is not None or event.anchor is not None:
            begin = self.behind_properties(begin, end)
        at = begin << 32 | end
        self.scalar_places.append(at)
        if style:
            kind = Kind.STRING
            self.strictness.styled_scalar(event, begin)
        else:
            kind = Kind.PLAIN
            if not text:
                self.check_comment(end)
            elif text == "-":
                self.fail("yaml-syntax", "`-` alone is not a value", begin, hint="quote it")
        if tag is not None:
            kind = self.tagged(event)
        container, key = self.container, self.key
        if key is None and type(container) is Mapping:
            if event.anchor is not None:
                self.anchors[event.anchor] = (Scalar(text, at, kind), 1)
            column = event.start_mark.column
            self.take_key(text, at, kind, quoted=bool(style), column=column)
            return
        self.weight += 1
        node: Scalar
        if (
            kind != Kind.VERBATIM
            and container is not None
            and text
            and (
                text[0] in "#@"
                or ":#" in text
                or ":/" in text
                or text.startswith(("./", "../", "//"))
            )
        ):
            slot = key if key is not None else len(container.items)  # type: ignore[union-attr]
            node = Candidate(text, at, Kind.STRING, container, slot)
            self.parsed.candidates.append(node)
        else:
            node = Scalar(text, at, kind)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, 1)
        self.add(node)

    def begin_mapping(self, event: Event) -> None:
        """A mapping begins."""
        self.begin_collection(event, is_mapping=True)

    def begin_sequence(self, event: Event) -> None:
        """A list begins."""
        self.begin_collection(event, is_mapping=False)

    def begin_collection(self, event: Event, *, is_mapping: bool) -> None:
        """A mapping or list begins."""
        container, key = self.container, self.key
        begin = event.start_mark.index
        if key is None and type(container) is Mapping:
            self.fail(
                "yaml-key-not-scalar", "a mapping or list cannot be a key", begin,
                hint="keys are strings; quote the key if it holds brackets or braces",
            )  # fmt: skip
            raise Stop
        if len(self.stack) >= MAX_DEPTH:
            self.fail(
                "yaml-too-deep", f"collections are nested more than {MAX_DEPTH} deep", begin,
                hint="give inner objects a name at the top level and refer to them",
            )  # fmt: skip
            raise Stop
        if container is None:
            slot: str | int = ""
        else:
            slot = key if key is not None else len(container.items)  # type: ignore[union-attr]
        node = (Mapping if is_mapping else Sequence)(begin << 32 | begin + 1, container, slot)
        self.check_collection_tag(event, is_mapping)
        self.strictness.begin_collection(event)
        self.weight += 1
        self.add(node)
        self.stack.append((container, None, 0))
        self.container, self.key = node, None
        if event.anchor is not None:
            self.open_anchors[id(node)] = (event.anchor, self.weight)
            self.anchors[event.anchor] = (node, 0)

    def end_collection(self, event: Event) -> None:
        """A mapping or list ends."""
        node = self.container
        assert node is not None
        if type(node) is Sequence:
            node.find_names()
        anchor = self.open_anchors.pop(id(node), None)
        if anchor is not None:
            self.anchors[anchor[0]] = (node, self.weight - anchor[1] + 1)
        node.at = start(node.at) << 32 | event.end_mark.index
        self.strictness.end_collection(event)
        self.container, self.key, self.key_place = self.stack.pop()

    def alias(self, event: Event) -> None:
        """An alias, which is weighed and not expanded."""
        at = event.start_mark.index << 32 | event.end_mark.index
        begin = event.start_mark.index
        if self.key is None and type(self.container) is Mapping:
            self.fail("yaml-key-not-scalar", "an alias cannot be a key", begin)
            raise Stop
        found = self.anchors.get(event.anchor)
        if found is None:
            self.fail(
                "yaml-alias-undefined", f"no anchor `&{event.anchor}` stands before this alias",
                begin, hint=f'if a string is meant, quote it: "*{event.anchor}"',
            )  # fmt: skip
            self.add(Scalar("", at, Kind.PLAIN))
            return
        target, weight = found
        if isinstance(target, Scalar):
            self.add(self.copied(target, at))
            return
        assert not isinstance(target, Alias)
        if id(target) in self.open_anchors:
            self.fail(
                "yaml-alias-cycle", f"the alias stands inside its own anchor `&{event.anchor}`",
                begin, hint="refer to the object by its path instead",
            )  # fmt: skip
            raise Stop
        self.weight += weight
        if self.weight > MAX_ALIAS_WEIGHT + len(self.scalar_places):
            self.fail(
                "yaml-alias-weight", "with its aliases written out the document is too large",
                begin, hint="refer to objects by their path instead of repeating aliases",
            )  # fmt: skip
            raise Stop
        self.add(Alias(target, at))

    # Parts of the above

    def behind_properties(self, begin: int, end: int) -> int:
        """Where a scalar begins that has an anchor or a tag; at them if nothing follows them."""
        match = _PROPERTIES.match(self.text, begin, end)
        return match.end() if match is not None and match.end() < end else begin

    def copied(self, target: Scalar, at: int) -> Scalar:
        """The scalar that an alias stands for, at the place of the alias."""
        container = self.container
        if type(target) is not Candidate or container is None:
            return Scalar(target.text, at, target.kind)
        slot = self.key if self.key is not None else len(container.items)  # type: ignore[union-attr]
        node = Candidate(target.text, at, target.kind, container, slot)
        self.parsed.candidates.append(node)
        return node

    def add(self, node: Node) -> None:
        """Put a value into the open collection, or make it the document's root."""
        self.parsed.nodes += 1
        container = self.container
        if type(container) is Mapping:
            key = self.key
            assert key is not None
            self.key = None
            if key not in container.entries:
                container.entries[key] = node
                container.key_places.append(self.key_place)
        elif container is not None:
            container.items.append(node)  # type: ignore[union-attr]
        else:
            self.parsed.root = node

    def take_key(self, text: str, at: int, kind: Kind, *, quoted: bool, column: int) -> None:
        """A key of the open mapping."""
        container = self.container
        assert type(container) is Mapping
        self.key, self.key_place = text, at
        if text in container.entries:
            self.duplicates += 1
            if self.duplicates > MAX_FINDINGS:  # each costs a look through the keys
                return
            self.diagnostics.append(
                error(
                    "yaml-duplicate-key",
                    f"the key `{text}` comes twice in this mapping",
                    self.span(at),
                    related=[Related("it comes first here", self.span(container.key_place(text)))],
                    hint="rename or remove one of the two",
                )
            )
        elif not container.entries:
            self.strictness.first_key(column)
        if quoted:
            return
        if text == "<<":
            self.fail(
                "yaml-merge-key", "`<<` is not in YAML 1.2", start(at),
                hint="use `from` to lay fields over another object",
            )  # fmt: skip
        elif not text:
            self.fail("yaml-key-not-scalar", "a key is empty", start(at), hint="name the field")

    def tagged(self, event: Event) -> Kind:
        """How a scalar with a tag is to be read."""
        tag = event.tag
        if tag in (_TAG + "str", "!"):
            return Kind.VERBATIM
        types = _SCALAR_TAGS.get(tag)
        if types is None:
            self.unknown_tag(event)
            return Kind.VERBATIM
        value = core_value(event.value)
        if bool not in types and float in types and isinstance(value, int):
            value = as_float(value)
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            self.diagnostics.append(
                error(
                    "yaml-tag-mismatch",
                    f"`{event.value}` is not of the type that its tag `!!{tag[len(_TAG) :]}` names",
                    self.source.span(event.start_mark.index, event.end_mark.index),
                )
            )
        return Kind.FLOAT if tag == _TAG + "float" else Kind.PLAIN

    def check_collection_tag(self, event: Event, is_mapping: bool) -> None:
        """Refuse a tag that is not of the collection."""
        right, wrong = ("map", "seq") if is_mapping else ("seq", "map")
        if event.tag == _TAG + wrong:
            what = "a mapping" if is_mapping else "a list"
            self.fail("yaml-tag-mismatch", f"{what} is tagged `!!{wrong}`", event.start_mark.index)
        elif event.tag not in (None, "!", _TAG + right):
            self.unknown_tag(event)

    def unknown_tag(self, event: Event) -> None:
        """Refuse a tag beyond the core schema."""
        tag = event.tag.replace(_TAG, "!!")
        self.fail(
            "yaml-tag-unknown", f"the tag `{tag}` is not in the core schema",
            event.start_mark.index, hint="say what an object is with `is_a`",
        )  # fmt: skip

    def check_comment(self, index: int) -> None:
        """Refuse a reference that YAML takes for a comment, leaving the value empty."""
        match = _COMMENT_REFERENCE.match(self.text, index)
        if match is not None and self.text[index - 1 : index] not in ("", "\n", "\r"):
            self.diagnostics.append(unquoted(self.source, *match.span(1)))

    def span(self, at: int) -> Span:
        """The span of a place."""
        return self.source.span(start(at), at & 0xFFFFFFFF)

    def fail(self, code: str, message: str, index: int, *, hint: str | None = None) -> None:
        """Note an error."""
        self.diagnostics.append(error(code, message, self.source.span(index), hint=hint))

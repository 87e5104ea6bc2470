"""Layout: the one way in which a text is laid out, comments and all.

Takes: the text of a stream of documents.
Gives: `formatted`: the same text with canonical indentation and spacing.
Implements: `specs/linkdata-1.0.md`, section "Output".

What a document says is no business of a layout. So every scalar and alias is masked first, by a
word that stands for it and is as long; ruamel.yaml lays out what is left, collections and
comments; then the masks are taken off again and each scalar stands there to the letter. In the
end both texts are read: if anything was lost on the way, the text is refused.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, cast

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import RoundTripEmitter
from ruamel.yaml.error import YAMLError

from linkdata.errors import OutputError, Severity, TextError, error
from linkdata.spans import Source
from linkdata.syntax.nodes import Alias, Mapping, Node, Scalar, path_of
from linkdata.syntax.reader import read
from linkdata.syntax.stream import Stream

WIDTH = 100
#: What is laid out once may still change the second time; it has to settle soon.
_MAX_PASSES = 4

_LINE_BREAK = re.compile(r"\r\n?")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_STRUCTURE = re.compile(r" *(?:[-?:] +)*")
#: What stands between the scalars of a flow collection, and how it is spaced.
_FLOW_SPACING = [
    (re.compile(pattern), better)
    for pattern, better in (
        (r"\s+", " "),
        (r"(?<=[\[{]) ", ""),
        (r",? ?(?=[\]}])(?<!: )(?<!:)", ""),
        (r"(?<!:) (?=,)", ""),
        (r"[:,]\Z|,(?=\S)|:(?=[\[{])", r"\g<0> "),
    )
]
_KEY = re.compile(r"[^\s\[{]+:(?: |\Z)")
_TAIL_COMMENT = re.compile(r"^( *[^\s#](?:\S| +(?! |#))*) +#")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*", re.MULTILINE)
_PROPERTY = re.compile(r"\t|&[^\s,\[\]{}]+|!<[^>\s]*>|![^\s,\[\]{}]*")
_TAG = re.compile(r"!t(\d+)t")
#: Where a document begins or ends, with a comment on the same line.
_MARKER = re.compile(r"^((?:---|\.\.\.)(?=[ \t\n]|\Z)(?:[ \t]+#.*)?)[ \t]*\n?", re.MULTILINE)
#: Comments and blank lines between a dash and its block: ruamel.yaml loses their places.
_DASH_COMMENT = re.compile(r"^( *)((?:[-?] +)*[-?](?:[ \t]+[&!]\S*)*)[ \t]+(#.*)", re.MULTILINE)
_DASH_BLANK = re.compile(r"^( *(?:[-?] +)*[-?])[ \t]*\n(?:[ \t]*\n)+", re.MULTILINE)
#: A document without collections: nothing that could be laid out.
_BARE = re.compile(r"(?:[ \t]*(?:[%#].*|'?[\U00100000-\U0010ffff]+'?(?:[ \t]+#.*)?)?(?:\n|\Z))*\Z")
_LEADING_LINES = re.compile(r"\A(?: *\n)*")
#: Up to the digit by which a block scalar says how far it is indented.
_INDICATOR = re.compile(r"^([^#]*[|>][+-]?)[1-9]")
#: Masks are numbers, written in characters that nobody uses.
_ZERO, _DIGITS = 0x100000, 0xFFF0
_MASK = re.compile("[\U00100000-\U0010ffef]+")
#: ruamel.yaml thinks little of anchors with certain names; with this sign in front none has them.
_SIGN = "\U0010fff0"


def formatted(text: str, name: str) -> str:
    """The text in canonical layout; laid out again it stays as it is.

    Raises `TextError` with what is wrong with the text, and `OutputError` (`output-failed`) when
    the layout cannot be changed without changing what the text says.
    """
    stream = read(Source(name, text))
    errors = [found for found in stream.diagnostics if found.severity == Severity.ERROR]
    if errors:
        raise TextError(errors)
    before, meaning = _LINE_BREAK.sub("\n", text), _says(stream)
    for _ in range(_MAX_PASSES):
        after = _laid_out(before, name)
        if after == before:
            return after
        if _says(read(Source(name, after))) != meaning:
            raise _refused(name, "in another layout it would say something else")
        before = after
    raise _refused(name, "its layout does not settle")


def _refused(name: str, why: str) -> OutputError:
    message, hint = f"`{name}` cannot be laid out: {why}", "the text was left as it is"
    return OutputError(error("output-failed", message, hint=hint, place=name))


def _laid_out(text: str, name: str) -> str:
    if max(text, default="") >= chr(_ZERO):
        raise _refused(name, "it has characters of the last private plane")
    masks = _Masks(text)
    try:
        masked = _rendered(masks.text)
    except (YAMLError, NotImplementedError, AttributeError, IndexError, ValueError) as problem:
        # ruamel.yaml fails in many ways on what it does not expect.
        reason = " ".join(str(problem).split())[:80]
        raise _refused(name, f"its form is not supported ({reason})") from problem
    masked = _tidied(masked)
    if [*map(_number, _MASK.findall(masked))] != [*range(len(masks.items))]:
        raise _refused(name, "a value would be lost")
    if _COMMENT.findall(masked) != [comment.rstrip() for comment in _COMMENT.findall(masks.text)]:
        raise _refused(name, "a comment would be lost")
    return masks.taken_off(masked)


@dataclass(frozen=True, slots=True)
class _Masked:
    """Something as it is written. `style` and `value` are those of a scalar that has a style."""

    begin: int
    end: int
    text: str
    style: str | None = None
    value: str = ""


class _Masks:
    """A text with a word in the place of every scalar, and what the words stand for."""

    def __init__(self, text: str) -> None:
        self.items: list[_Masked] = []
        self.tags: list[str] = []
        pieces, at = [], 0
        for item in _written(text):
            pieces += [self._gap(text[at : item.begin]), self._put_on(item)]
            at = item.end
        self.text = "".join([*pieces, self._gap(text[at:])])

    def _gap(self, gap: str) -> str:
        """What lies between two scalars: no tabs, and tags and anchors that ruamel.yaml keeps."""
        return _before_comments(gap, lambda head: _PROPERTY.sub(self._property, head))

    def _property(self, match: re.Match[str]) -> str:
        if match[0][0] in "\t&":
            return " " if match[0] == "\t" else f"&{_SIGN}{match[0][1:]}"
        self.tags.append(match[0])
        return f"!t{len(self.tags) - 1}t"

    def _put_on(self, item: _Masked) -> str:
        number, word = len(self.items), ""
        self.items.append(item)
        while number or not word:
            number, digit = divmod(number, _DIGITS)
            word = chr(_ZERO + digit) + word
        # The padding is zeros in front, so that it does not change the number.
        length = len(item.text.split("\n", 1)[0])
        if item.style in ("'", '"'):
            return f"'{word.rjust(length - 2, chr(_ZERO))}'"
        return word.rjust(length, chr(_ZERO)) if item.text else f" {word}"

    def taken_off(self, masked: str) -> str:
        """A masked text with everything in its place again."""
        masked = _before_comments(masked.replace(_SIGN, ""), self._tagged)
        return "\n".join(self._line(line) for line in masked.split("\n"))

    def _tagged(self, head: str) -> str:
        return _TAG.sub(lambda tag: self.tags[int(tag[1])], head)

    def _line(self, line: str) -> str:
        base = _structure(line)
        pieces, at = [], 0
        for match in _MASK.finditer(line):
            item = self.items[_number(match[0])]
            quoted = item.style in ("'", '"')
            begin, end = match.start() - quoted, match.end() + quoted
            # What a key or dash introduces goes on two columns further in than that.
            indent = base if begin == base > 0 else base + 2
            before, after = line[at:begin], line[end:].lstrip()
            if not item.text and after[:1] in ("", "#"):
                before = before.rstrip()
            pieces += [before, _shifted(item, indent)]
            at = end
        return "".join([*pieces, line[at:]])


def _number(word: str) -> int:
    number = 0
    for digit in word:
        number = number * _DIGITS + ord(digit) - _ZERO
    return number


def _before_comments(text: str, change: Callable[[str], str]) -> str:
    """A text without scalars, changed where it is no comment."""
    parts = (line.partition("#") for line in text.split("\n"))
    return "\n".join(f"{change(head)}{sign}{tail}" for head, sign, tail in parts)


def _written(text: str) -> Iterator[_Masked]:
    """Scalars, aliases and whole flow collections."""
    depth = opened = 0
    inner: list[_Masked] = []
    for event in cast("Iterator[Any]", yaml.parse(text, Loader=yaml.CLoader)):
        begin, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.CollectionStartEvent) and (event.flow_style or depth):
            opened = opened if depth else begin
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent) and depth:
            depth -= 1
            if not depth:
                yield _Masked(opened, end, _flow(text, opened, end, inner))
                inner = []
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            item = _item(text, begin, end, event)
            if item is not None and depth:
                inner.append(item)
            elif item is not None:
                yield item


def _flow(text: str, begin: int, end: int, items: list[_Masked]) -> str:
    """A flow collection, folded where it gets too wide; as it is when it holds comments."""
    places = [begin, *(place for item in items for place in (item.begin, item.end)), end]
    gaps = [text[i:j] for i, j in zip(places[::2], places[1::2], strict=True)]
    if any("#" in gap for gap in gaps):
        return text[begin:end]
    pieces = []
    for gap, item in zip_longest(gaps, items):
        for pattern, better in _FLOW_SPACING:
            gap = pattern.sub(better, gap)
        pieces += [gap.replace(", ", ",\0"), item.text if item else ""]
    start = text.rfind("\n", 0, begin) + 1
    column, margin = begin - start, _structure(text[start:begin]) + 2
    lines = [""]
    for word in "".join(pieces).split("\0"):
        if column + len(lines[-1]) + len(word) >= WIDTH and lines != [""]:
            column = margin
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)


def _item(text: str, begin: int, end: int, event: Any) -> _Masked | None:
    if isinstance(event, yaml.AliasEvent):
        return _Masked(begin, end, text[begin:end])
    style = event.style or None
    if style in ("|", ">"):
        end = _block_end(text, begin, end)
    elif begin == end:
        # A mask can stand for nothing only where something announces a value.
        while text[begin - 1 : begin] in (" ", "\t", "\n"):
            begin = end = begin - 1
        if text[begin - 1 : begin] not in ("-", ":") or text[begin - 3 : begin] == "---":
            return None
    return _Masked(begin, end, text[begin:end], style, event.value)


def _block_end(text: str, begin: int, end: int) -> int:
    """Where a block scalar ends: the empty lines after it belong to it only where it says so."""
    written = text[begin:end]
    header, _, content = written.partition("\n")
    if "+" in header.split("#")[0]:
        return end - written.endswith("\n")
    kept = content.rstrip(" \t\n")
    last = content.find("\n", len(kept))
    blanks = content[len(kept) : last if last >= 0 else None] if kept else ""
    return begin + len(header) + (1 + len(kept) + len(blanks) if kept else 0)


def _shifted(item: _Masked, indent: int) -> str:
    """What is written, its further lines indented by so much."""
    first, _, rest = item.text.partition("\n")
    if not rest:
        return item.text
    margin = " " * indent
    if item.style in ("|", ">"):
        first = _INDICATOR.sub(r"\g<1>2", first, count=1)
        # How far it is indented follows from how far its value is indented in itself.
        old = _leading(_LEADING_LINES.sub("", rest)) - _leading(_LEADING_LINES.sub("", item.value))
        lines = [line[old:] if item.value.strip("\n") else "" for line in rest.split("\n")]
    else:
        first, *lines = (line.lstrip(" \t") for line in item.text.split("\n"))
        if "\\" not in item.text:  # by which a blank at the end may be escaped
            first, *lines = (line.rstrip(" \t") for line in (first, *lines))
    return "\n".join([first, *(margin + line if line else "" for line in lines)])


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _structure(line: str) -> int:
    """Where a line's content begins, after the dashes."""
    found = _STRUCTURE.match(line)
    return found.end() if found else 0


# What is left, without scalars


class _Emitter(RoundTripEmitter):
    """Puts a plain scalar where it stands, whatever its length, and nothing for nothing."""

    MAX_SIMPLE_KEY_LENGTH = 1024

    def write_plain(self, text: Any, split: Any = True) -> None:
        if text and text != self.alt_null:
            written = text if self.whitespace else f" {text}"
            self.stream.write(written)
            self.column += len(written)
            self.whitespace = self.indention = False


def _keep_anchors(value: Any) -> None:
    """Have anchors written although their aliases are masked."""
    if isinstance(value, CommentedMap | CommentedSeq):
        if value.yaml_anchor() is not None:
            value.anchor.always_dump = True
        for item in value.values() if isinstance(value, CommentedMap) else value:
            _keep_anchors(item)


def _rendered(masked: str) -> str:
    """All documents of a stream; what lies between them stays as it is."""
    parts = _MARKER.split(masked)
    rendered = (
        part if number % 2 or _BARE.match(part) else _rendered_document(part)
        for number, part in enumerate(parts)
    )
    return "\n".join(part.strip("\n") for part in rendered if part.strip())


def _rendered_document(masked: str) -> str:
    engine = YAML(typ="rt")
    engine.Emitter = _Emitter
    engine.preserve_quotes = True
    engine.allow_unicode = True
    engine.width = WIDTH
    engine.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        masked = _DASH_COMMENT.sub(r"\1\3\n\1\2", _DASH_BLANK.sub(r"\1\n", masked))
        document = engine.load(masked)
        _keep_anchors(document)
        engine.dump(document, out)
    return out.getvalue()


def _tidied(masked: str) -> str:
    """Comments in their columns, one blank line at most, no white space at the end of a line."""
    lines = [line.rstrip() for line in masked.split("\n")]
    _align_comments(lines)
    text = "\n".join(_TAIL_COMMENT.sub(r"\1  #", line) for line in lines)
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def _align_comments(lines: list[str]) -> None:
    """Indent a comment like what follows it, or like a block that ends before it."""
    levels, waiting = [0], list[int]()
    for number, line in enumerate([*lines, "\0"]):
        if line.lstrip().startswith("#"):
            waiting.append(number)
        elif line:
            following = 0 if line == "\0" else _leading(line)
            for place in waiting:
                old = _leading(lines[place])
                fitting = [level for level in levels if following <= level <= old]
                lines[place] = " " * max(fitting, default=following) + lines[place].lstrip()
            waiting.clear()
            levels = [level for level in levels if level < following]
            levels += [
                number for number, sign in enumerate(line[: _structure(line)]) if sign != " "
            ]
            levels += [_structure(line)] if _KEY.match(line, _structure(line)) else []


def _says(stream: Stream) -> object:
    """What a text says, to compare it; None when it has errors."""
    if any(found.severity == Severity.ERROR for found in stream.diagnostics):
        return None
    return [_said(document.root) for document in stream.documents]


def _said(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.text, node.kind
    if isinstance(node, Alias):
        return path_of(node.target)
    if isinstance(node, Mapping):
        return {0: [(key, _said(value)) for key, value in node.entries.items()]}
    return [_said(item) for item in node.items]

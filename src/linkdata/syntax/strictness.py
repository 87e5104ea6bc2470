"""What YAML 1.2 refuses although libyaml reads it.

Takes: the parse events as they come, and at the end the places of all scalars.
Gives: diagnostics, all with the code `yaml-syntax` or `yaml-directive`.
Implements: `specs/linkdata-1.0.md`, section "Text": comments, directives, indentation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, TypeAlias

from linkdata.errors import Diagnostic, error
from linkdata.spans import Source

#: A parse event of PyYAML. Its type hints do not say that events of a parser have marks.
Event: TypeAlias = Any

_TIGHT_COMMENT = re.compile(r"\S#")
# Where an item or a value of a flow collection may begin, and a comment does.
_FLOW_REFERENCE = re.compile(r"[\[{,:][ \t]*(#(?=\S)[^\s,\]}]*)")
# At the beginning of a line. The look back stands behind the sign, as to find a sign is quick.
_DIRECTIVE = re.compile(r"%(?<![^\r\n]%)[^\r\n]*")
_GOOD_DIRECTIVE = re.compile(r"%YAML[ \t]+1\.2[ \t]*(?:[ \t]#.*)?\Z")
_BLOCK_HEADER = re.compile(r"[|>]([0-9+-]*)([ \t]*)(#?)[^\r\n]*(?:\r\n?|\n|\Z)")
_LINE = re.compile(r"( *)([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_ONLY_CLOSING = re.compile(r"[\s\]}]+,?\s*(?:#.*)?\Z")


class Strictness:
    """Watches one text being read."""

    def __init__(self, source: Source, text: str) -> None:
        self.source = source
        self.text = text
        self.diagnostics: list[Diagnostic] = []
        # Columns of the open block collections; -1 outside all of them. A flow collection
        # repeats the column of what holds it.
        self.columns = [-1]
        self.flow_depth = 0
        self.flow_start = (0, 0)  # line and offset at which the outermost flow collection begins
        self.comment = (0, 0)  # the last line that was asked for, and where its comment begins
        self.flows: list[tuple[int, int]] = []  # where outermost flow collections begin and end
        self.document_ends: list[tuple[int, bool]] = [(0, True)]  # offset, ended with `...`

    def begin_document(self, event: Event) -> None:
        """A document begins."""
        self.columns = [-1]

    def end_document(self, event: Event) -> None:
        """A document ends."""
        self.document_ends.append((event.start_mark.index, bool(event.explicit)))

    def begin_collection(self, event: Event) -> None:
        """A collection begins."""
        begin = event.start_mark
        if event.flow_style:
            if not self.flow_depth:
                self.flow_start = (begin.line, begin.index)
            self.flow_depth += 1
            self.columns.append(self.columns[-1])
        elif event.anchor is None and event.tag is None:
            self.columns.append(begin.column)
        else:
            # The mark is that of the anchor or tag. A mapping's first key will tell.
            self.columns.append(self.columns[-1])

    def end_collection(self, event: Event) -> None:
        """A collection ends."""
        self.columns.pop()
        if self.flow_depth:
            self.flow_depth -= 1
            line, offset = self.flow_start
            if not self.flow_depth:
                self.flows.append((offset, event.end_mark.index))
            if not self.flow_depth and event.end_mark.line != line:
                self.check_continuation(offset, event.end_mark.index, closing=True)

    def first_key(self, column: int) -> None:
        """The innermost mapping's first key stands in this column.

        Where the mark of the mapping told its column, that counts: `?` stands before a key.
        """
        if not self.flow_depth and self.columns[-1] == self.columns[-2]:
            self.columns[-1] = column

    def styled_scalar(self, event: Event, at: int) -> None:
        """A quoted or block scalar, which begins at `at`: the event begins at its anchor or tag."""
        begin, end = event.start_mark, event.end_mark
        if event.style in "|>":
            self.check_block_scalar(at, end.index)
        elif begin.line != end.line and not self.flow_depth:
            self.check_continuation(begin.index, end.index)

    def check_continuation(self, begin: int, end: int, *, closing: bool = False) -> None:
        """Every further line of a flow value is indented more than the block around it."""
        column = self.columns[-1]
        if column < 0:
            return
        match = _LINE.search(self.text, self._next_line(begin))
        while match is not None and match.start() < end:
            content = match[2].strip()
            if content and len(match[1]) <= column:
                last = closing and match.end() >= end
                if not (last and _ONLY_CLOSING.match(match[2][: end - match.start(2)])):
                    self._fail("a continued line is not indented with spaces", match.start(2))
                    return
            if match.end() == match.start():
                return
            match = _LINE.match(self.text, match.end())

    def check_block_scalar(self, begin: int, end: int) -> None:
        """The header and the leading empty lines of a block scalar."""
        header = _BLOCK_HEADER.search(self.text, begin)
        if header is None:
            return
        if header[3] and not header[2]:
            self._fail("a comment needs a space before its `#`", header.start(3))
        if re.search("[0-9]", header[1]):
            return
        # Without an indentation indicator no leading empty line may be indented more than the
        # first line with content.
        blank = 0
        match = _LINE.match(self.text, header.end())
        while match is not None and match.end() > match.start():
            if match[2]:
                indent = len(match[1])
                if indent > max(self.columns[-1], -1) and indent < blank:
                    self._fail("an empty line before is indented more than this one", match.start())
                return
            blank = max(blank, len(match[1]))
            match = _LINE.match(self.text, match.end())

    def finish(self, scalar_places: list[int]) -> list[Diagnostic]:
        """Look at what lies between the scalars: comments and directives."""
        for begin, end in self.flows:
            for match in _FLOW_REFERENCE.finditer(self.text, begin, end):
                sign = match.start(1)
                if not self._in_scalar(sign, scalar_places) and not self._in_comment(
                    sign, scalar_places
                ):
                    self.diagnostics.append(unquoted(self.source, sign, match.end(1)))
        told = {one.span.start for one in self.diagnostics if one.span is not None}
        for match in _TIGHT_COMMENT.finditer(self.text):
            hash_sign = match.end() - 1
            if hash_sign in told:
                continue
            if not self._in_scalar(hash_sign, scalar_places) and not self._in_comment(
                hash_sign, scalar_places
            ):
                self._fail("a comment needs a space before its `#`", hash_sign)
        self._check_directives(scalar_places)
        return self.diagnostics

    def _check_directives(self, scalar_places: list[int]) -> None:
        seen: set[int] = set()
        for match in _DIRECTIVE.finditer(self.text):
            if self._in_scalar(match.start(), scalar_places):
                continue
            index = bisect_right(self.document_ends, (match.start(), True)) - 1
            good = _GOOD_DIRECTIVE.match(match[0]) is not None
            if not good or index in seen or index > 0:
                self.diagnostics.append(directive_refused(self.source, match.start()))
            seen.add(index)

    def _in_scalar(self, offset: int, scalar_places: list[int]) -> bool:
        index = bisect_right(scalar_places, offset << 32 | 0xFFFFFFFF) - 1
        return index >= 0 and (scalar_places[index] & 0xFFFFFFFF) > offset

    def _in_comment(self, offset: int, scalar_places: list[int]) -> bool:
        """Whether an earlier `#` of the line already began a comment."""
        line = self.source.position(offset).line
        if line != self.comment[0]:
            self.comment = (line, self._comment_start(offset, scalar_places))
        return self.comment[1] < offset

    def _comment_start(self, offset: int, scalar_places: list[int]) -> int:
        """Where the comment of a line begins; behind the text if it has none."""
        line_start = max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1
        match = _LINE.match(self.text, line_start)
        end = match.end() if match else len(self.text)
        sign = self.text.find("#", line_start, end)
        while sign >= 0:
            before = self.text[sign - 1 : sign]
            if (sign == line_start or before in (" ", "\t")) and not self._in_scalar(
                sign, scalar_places
            ):
                return sign
            sign = self.text.find("#", sign + 1, end)
        return len(self.text)

    def _next_line(self, offset: int) -> int:
        match = re.compile(r"\r\n|\r|\n").search(self.text, offset)
        return match.end() if match else len(self.text)

    def _fail(self, message: str, offset: int) -> None:
        self.diagnostics.append(error("yaml-syntax", message, self.source.span(offset)))


def unquoted(source: Source, start: int, end: int) -> Diagnostic:
    """The finding about a reference that is not quoted."""
    text = source.text[start:end]
    said = "takes it for a comment" if text.startswith("#") else "refuses it"
    return error(
        "reference-unquoted",
        f"`{text}` is not quoted, so YAML {said}",
        source.span(start, end),
        hint=f'quote it: "{text}"',
    )


def directive_refused(source: Source, offset: int) -> Diagnostic:
    """The finding about a directive."""
    line = _DIRECTIVE.match(source.text, offset)
    return error(
        "yaml-directive",
        "the only directive is `%YAML 1.2`, once, before the first document",
        source.span(offset, line.end() if line else None),
        hint="remove it; prefixes are declared in `meta.prefixes`",
    )

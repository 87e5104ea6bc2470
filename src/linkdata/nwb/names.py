r"""Names and paths of HDF5 in a text that has to be Unicode.

Takes: a name or path, in which bytes that are not UTF-8 are surrogates.
Gives: `escaped`, text without surrogates, and `unescaped`, its reverse; `join`, `parent`, `name`.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

`\xFF` is a byte that is not UTF-8, `\\` a backslash, and a backslash before any other sign takes
its special meaning away (`\@` in a path is no beginning of an attribute).
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|(.))", re.DOTALL)
_BROKEN = re.compile("[\ud800-\udfff]")
_ATTRIBUTE = re.compile(r"((?:[^\\@]|\\.)*)(?:@(.*))?", re.DOTALL)


def escaped(name: str, special: str = "") -> str:
    """A name as text; the signs in `special` are escaped too."""
    if name.isascii() and "\\" not in name and not any(sign in name for sign in special):
        return name
    for sign in "\\" + special:
        name = name.replace(sign, "\\" + sign)
    return _BROKEN.sub(lambda match: f"\\x{ord(match[0]) & 0xFF:02x}", name)


def unescaped(text: str) -> str:
    """What `escaped` gave the text for."""
    return _ESCAPE.sub(
        lambda match: chr(0xDC00 | int(match[1], 16)) if match[1] else match[2], text
    )


def place(path: str, attribute: str | None = None) -> str:
    """A path, or that of an attribute, as text."""
    at = escaped(path, "@")
    return at if attribute is None else f"{at}@{escaped(attribute)}"


def parsed_place(text: str) -> tuple[str, str | None]:
    """Path and attribute of a `place`."""
    match = _ATTRIBUTE.fullmatch(text)
    if match is None:  # a backslash at the very end
        return unescaped(text), None
    return unescaped(match[1]), None if match[2] is None else unescaped(match[2])


def join(path: str, name: str) -> str:
    """The path of a member of the group at `path`."""
    return f"/{name}" if path == "/" else f"{path}/{name}"


def parent(path: str) -> str:
    """The path of the group that a path's last name is in."""
    return path.rpartition("/")[0] or "/"

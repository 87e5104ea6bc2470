"""Identifiers of HDF5 objects: the `object_id`s that a document keeps for its objects.

Takes: the section `storage` of a document, as plain data.
Gives: `object_ids`: the path of each object in its file, and its UUID.
Implements: `specs/linkdata-1.0.md`, section "The section `storage`".
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping
from typing import Any

IDENTIFIERS = "identifiers"


def object_ids(section: Mapping[str, Any]) -> dict[str, str]:
    """The `object_id` at each path of the file. What is no UUID in base64 stays as it is."""
    found: dict[str, str] = {}
    groups = section.get(IDENTIFIERS)
    for group, members in groups.items() if isinstance(groups, Mapping) else ():
        for name, text in members.items():
            path = group if name == "/" else f"{group.rstrip('/')}/{name}"
            found[path] = _uuid(text)
    return found


def _uuid(text: Any) -> str:
    try:
        return str(uuid.UUID(bytes=base64.urlsafe_b64decode(f"{text}==")))
    except (ValueError, binascii.Error, TypeError):
        return str(text)

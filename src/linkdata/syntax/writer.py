"""The writer: plain data as a YAML text.

Takes: dictionaries, lists and scalars.
Gives: YAML 1.2 that reads back as the same data.
Implements: `specs/linkdata-1.0.md`, sections "Text" and "Expanded form".
"""

from __future__ import annotations

from typing import Any

import yaml

from linkdata.syntax.scalars import is_plain_safe


class _Dumper(yaml.CSafeDumper):
    """PyYAML's, which knows YAML 1.1, made to quote what YAML 1.2 would take for a number too."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = None if is_plain_safe(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def written(data: Any) -> str:
    """The text of plain data, in the order of its keys, repeated parts written out."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)

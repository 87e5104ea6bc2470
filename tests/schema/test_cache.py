"""The cache of compiled schemas."""

from pathlib import Path

import pytest

from linkdata.schema.cache import CompiledSchemas, digest_of
from linkdata.schema.model import (
    Class,
    Dimension,
    Enum,
    Range,
    RangeKind,
    Schema,
    Shape,
    Slot,
    Type,
)
from linkdata.schema.plain import as_data

SLOT = Slot(
    "data",
    "Series",
    "urn:x:data",
    (Range("float", RangeKind.TYPE, Shape((Dimension("time"),))),),
    fixed=0.5,
    facts={"role": "dataset", "dims": '["time"]'},
)
SERIES = Class("Series", "lab", "urn:x:S", slots={"data": SLOT})
SCHEMA = Schema("lab", "1", "urn:x", "d" * 64, {"Series": SERIES}, {}, {})


def test_a_schema_comes_back_equal(tmp_path: Path) -> None:
    kept = CompiledSchemas(tmp_path)
    assert kept.get(SCHEMA.digest) is None
    kept.put(SCHEMA)
    assert kept.get(SCHEMA.digest) == SCHEMA


def test_a_damaged_entry_is_none(tmp_path: Path) -> None:
    kept = CompiledSchemas(tmp_path)
    kept.put(SCHEMA)
    (entry,) = tmp_path.rglob("*.json")
    entry.write_text("{")
    assert kept.get(SCHEMA.digest) is None


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    CompiledSchemas(tmp_path / "file").put(SCHEMA)


def test_the_digest_depends_on_every_name_and_text() -> None:
    texts = [{}, {"a": ""}, {"a": "b"}, {"ab": ""}, {"": "ab"}, {"a": "b", "c": ""}]
    assert len({digest_of(one) for one in texts} | {digest_of({}, "x")}) == len(texts) + 1


def test_a_large_schema_comes_back_equal(tmp_path: Path) -> None:
    """Everything that the nouns of a schema can say."""
    slot = Slot(
        "s", "A", "urn:s",
        (
            Range("int", RangeKind.TYPE, Shape(None, 1, 4)), Range("E", RangeKind.ENUM),
            Range("A", RangeKind.CLASS, Shape((Dimension(None, 3, 3), Dimension("x", None, 2)))),
        ),
        "d", True, True, True, True, True, "f", 0, "p", 0.0, 1.5, 0, 2, {"a": [1, {"b": None}]},
    )  # fmt: skip
    found = Class("A", "n", "urn:A", "B", ("M", "N"), True, "d", {"s": slot}, {"role": "group"})
    schema = Schema(
        "n", None, "urn:n", "e" * 64, {"A": found},
        {"int": Type("int", "xsd:int", "int", "p", 0.0, 9.0)}, {"E": Enum("E", {"a": None})},
        {"x": True},
    )  # fmt: skip
    kept = CompiledSchemas(tmp_path)
    kept.put(schema)
    assert kept.get(schema.digest) == schema
    assert type(kept.get(schema.digest).classes["A"].slots["s"].default) is int


def test_false_and_zero_are_not_left_out() -> None:
    slot = Slot("s", "A", "urn:s", (), fixed=False, minimum=0.0)
    assert as_data(slot) == {
        "name": "s", "owner": "A", "uri": "urn:s", "ranges": [], "fixed": False, "minimum": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["{}", "[]", '{"classes": {"A": 3}}', "3", '{"classes": {}}'])
def test_what_is_no_schema_is_none(tmp_path: Path, text: str) -> None:
    kept = CompiledSchemas(tmp_path)
    kept.put(SCHEMA)
    (entry,) = tmp_path.rglob("*.json")
    entry.write_text(text)
    assert kept.get(SCHEMA.digest) is None

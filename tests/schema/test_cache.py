"""The cache of compiled schemas."""

from pathlib import Path

from linkdata.schema.cache import CompiledSchemas, digest_of
from linkdata.schema.model import Class, Dimension, Range, RangeKind, Schema, Shape, Slot

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

"""Sets of terms, and columns that take no other texts."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from linkdata import HERD, DynamicTable, TermSet, TermSetWrapper, VectorData
from linkdata.errors import ModelError, NotYetError, RetrievalError, SchemaError, UsageError

SPECIES = """\
id: https://example.org/species
name: species
prefixes:
  NCBI: http://example.org/ncbi/
  linkml: {prefix_prefix: linkml, prefix_reference: "https://w3id.org/linkml/"}
imports: [linkml:types, nowhere]
enums:
  Species:
    permissible_values:
      Homo sapiens: {description: the human, meaning: "NCBI:9606"}
      Mus musculus: {description: the house mouse, meaning: "NCBI:10090"}
      unknown:
"""


@pytest.fixture
def species(tmp_path: Path) -> TermSet:
    (tmp_path / "species.yaml").write_text(SPECIES)
    return TermSet(tmp_path / "species.yaml")


def test_terms_of_a_schema(species: TermSet) -> None:
    assert species.name == "species"
    assert list(species) == ["Homo sapiens", "Mus musculus", "unknown"]
    assert species["Homo sapiens"] == ("NCBI:9606", "the human", "http://example.org/ncbi/9606")
    assert species["unknown"] == (None, None, None)
    assert species.sources["linkml"] == "https://w3id.org/linkml/"
    assert repr(species) == "<TermSet species: Homo sapiens, Mus musculus, unknown (3 terms)>"
    with pytest.raises(ModelError, match="not in the term set") as caught:
        _ = species["Mus muscullus"]
    assert caught.value.diagnostic.code == "value-enum"
    assert "Mus musculus" in (caught.value.diagnostic.hint or "")


def test_schemas_without_terms(tmp_path: Path) -> None:
    with pytest.raises(RetrievalError):
        TermSet(tmp_path / "nope.yaml")
    (tmp_path / "x.yaml").write_text("id: x\nname: x\nenums: {E: {}}\n")
    with pytest.raises(SchemaError):
        TermSet(tmp_path / "x.yaml")
    with pytest.raises(NotYetError):
        TermSet(tmp_path / "x.yaml", dynamic=True)


def test_a_column_takes_no_other_texts(species: TermSet) -> None:
    wrapped = TermSetWrapper(species, numpy.array(["Homo sapiens"]))
    column = VectorData("species", "d", wrapped)
    table = DynamicTable("subjects", "d", columns=[column])
    table.add_row(species="Mus musculus")
    for wrong in (
        lambda: table.add_row(species="Mus"),
        lambda: column.append("Mus"),
        lambda: column.extend(["unknown", "Mus"]),
        lambda: wrapped.append("Mus"),
        lambda: TermSetWrapper(species, "Mus"),
    ):
        with pytest.raises(ModelError, match="`Mus` is not"):
            wrong()  # type: ignore[no-untyped-call]
    assert table[:].species.tolist() == ["Homo sapiens", "Mus musculus"]
    assert TermSetWrapper(species, "unknown").value == "unknown"


def test_external_resources_of_terms(species: TermSet) -> None:
    column = VectorData("species", "d", TermSetWrapper(species, ["Homo sapiens", "Mus musculus"]))
    table = DynamicTable("subjects", "d", columns=[column, VectorData("n", "d", ["Mus", "x"])])
    herd = HERD()
    herd.add_ref_container(table)
    assert herd.to_dataframe().key.tolist() == ["Homo sapiens", "Mus musculus"]
    assert herd.get_entity("NCBI:9606") is not None
    assert herd.add_ref_termset(table, "n", termset=species) == {"missing_terms": ["Mus", "x"]}
    with pytest.raises(UsageError, match="termset"):
        herd.add_ref_termset(table, "n")

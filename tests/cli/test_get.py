from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest
import yaml


@pytest.mark.parametrize(
    ("field", "shown"),
    [("name", "a name"), ("code", "001"), ("flag", "true"), ("nothing", "null")],
)
def test_scalars_are_printed_as_themselves(run, document: Path, field: str, shown: str) -> None:
    result = run("get", "session.yaml", f"#data.{field}")
    assert result.exit_code == 0
    assert result.stdout == f"{shown}\n"


def test_scalars_as_json(run, document: Path) -> None:
    assert run("get", "--json", "session.yaml", "#data.code").stdout == '"001"\n'


def test_objects_are_printed_as_yaml(run, document: Path) -> None:
    found = yaml.safe_load(run("get", "session.yaml", "#data").stdout)
    assert found["@id"] == "https://example.org/lab/session#data"
    assert found["code"] == "001"
    assert found["part"]["colour"] == "red"


def test_objects_as_json(run, document: Path) -> None:
    found = json.loads(run("get", "--json", "session.yaml", "#data").stdout)
    assert found["numbers"] == [1, 2, 3]
    assert found["flag"] is True


def test_strings_that_yaml_1_2_would_read_as_numbers_are_quoted(run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.yaml").write_text('data: {x: {a: "0o17", b: "1e3", c: text}}\n')
    shown = run("get", "a.yaml", "#data.x").stdout
    assert "a: '0o17'\nb: '1e3'\nc: text\n" in shown


def test_lists(run, document: Path) -> None:
    assert run("get", "session.yaml", "#data.words").stdout == "- a\n- b\n- c\n"
    assert run("get", "session.yaml", "#data.words", "--slice", "1:").stdout == "- b\n- c\n"


def test_arrays_have_a_header(run, document: Path) -> None:
    assert run("get", "session.yaml", "#data.matrix").stdout == "# int64 (2, 2)\n[[1 2]\n [3 4]]\n"
    assert run("get", "-q", "session.yaml", "#data.numbers").stdout == "[1 2 3]\n"


def test_slices(run, document: Path) -> None:
    result = run("get", "session.yaml", "#data.matrix", "--slice", "0:1,1")
    assert result.stdout == "# int64 (1,)\n[2]\n"
    result = run("get", "session.yaml", "#data.matrix", "--slice", "1,1")
    assert result.stdout == "4\n"
    result = run("get", "session.yaml", "#data.matrix", "--json", "--slice", "...,0")
    assert json.loads(result.stdout) == [1, 3]


@pytest.mark.parametrize("given", ["x", "1:2:3:4", "", "0,9,9,9"])
def test_a_bad_slice_is_misuse(run, document: Path, given: str) -> None:
    assert run("get", "session.yaml", "#data.matrix", f"--slice={given}").exit_code == 2


def test_a_slice_of_a_string_is_misuse(run, document: Path) -> None:
    assert run("get", "session.yaml", "#data.name", "--slice", "0").exit_code == 2


def test_a_dangling_reference_is_an_error_with_a_hint(run, document: Path) -> None:
    result = run("get", "session.yaml", "#data.nam")
    assert result.exit_code == 1
    assert "error[reference-dangling]" in result.stderr
    assert "did you mean `name`?" in result.stderr
    assert result.stdout == ""


def test_a_missing_document(run) -> None:
    result = run("get", "no.yaml", "#data")
    assert result.exit_code == 1
    assert "no.yaml: error[resource-missing]" in result.stderr


@pytest.fixture
def hdf5(tmp_path: Path) -> Path:
    import h5py

    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["long"] = numpy.arange(40000, dtype="f8").reshape(2000, 20)
        file["short"] = numpy.arange(4, dtype="i2")
    path = tmp_path / "a.yaml"
    path.write_text("meta: {id: a, prefixes: {f: [{path: file.h5}]}}\ndata: {}\n")
    return path


def test_large_arrays_are_shown_by_their_edges(run, hdf5: Path) -> None:
    shown = run("get", "a.yaml", "f:/long").stdout
    header, _, rest = shown.partition("\n")
    assert header == "# float64 (2000, 20)"
    expected = numpy.arange(40000, dtype="f8").reshape(2000, 20)
    assert rest.rstrip("\n") == numpy.array2string(expected, threshold=1000)


def test_all_values(run, hdf5: Path) -> None:
    shown = run("get", "a.yaml", "f:/long", "--all").stdout
    assert "..." not in shown
    assert "3.9999e+04" in shown
    found = json.loads(run("get", "a.yaml", "f:/long", "--all", "--json").stdout)
    assert found[1999][19] == 39999.0


def test_json_describes_an_array_outside(run, hdf5: Path) -> None:
    found = json.loads(run("get", "a.yaml", "f:/short", "--json").stdout)
    assert found["dtype"] == "int16"
    assert found["shape"] == [4]

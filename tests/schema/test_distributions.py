"""Schemas in installed distributions: found without importing them."""

import sys
from pathlib import Path

import pytest

from linkdata.errors import SchemaError
from linkdata.schema.distributions import find

NAMESPACE = "namespaces:\n- name: lab\n  version: '{}'\n  schema: [{{source: lab.base}}]\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A distribution whose code must not run."""
    files = {
        "canary_models/__init__.py": "raise RuntimeError('imported')\n",
        "canary_models/v1/namespace.yaml": NAMESPACE.format("1.9"),
        "canary_models/v2/namespace.yaml": NAMESPACE.format("1.10"),
        "canary_models/v2/lab.base.yaml": "groups: []\n",
        "canary_models/linkml/tools.yaml": "id: urn:x\nname: tools\nversion: 3\nclasses: {}\n",
        "canary_models/other.yaml": "name: lab\ndescription: no schema\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    info = tmp_path / "canary_models-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: canary-models\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in files))
    monkeypatch.syspath_prepend(str(tmp_path))
    return "canary-models"


def test_the_newest_version(package: str) -> None:
    found = find(package, "lab", None)
    assert (found.version, found.is_namespace) == ("1.10", True)
    assert found.beside("lab.base.yaml") == "groups: []\n"


def test_the_version_that_is_asked_for(package: str) -> None:
    assert find(package, "lab", "1.9").path.parent.name == "v1"


def test_linkml(package: str) -> None:
    found = find(package, "tools", "3")
    assert (found.version, found.is_namespace) == ("3", False)


@pytest.mark.parametrize(("name", "version"), [("lab", "2.0"), ("nope", None)])
def test_what_is_not_there(package: str, name: str, version: str | None) -> None:
    with pytest.raises(SchemaError, match="schema-not-found"):
        find(package, name, version)


def test_a_distribution_that_is_not_installed() -> None:
    with pytest.raises(SchemaError, match="pip install no-such-thing-at-all"):
        find("no-such-thing-at-all", "x", None)


def test_nothing_is_imported(package: str) -> None:
    find(package, "lab", None)
    assert "canary_models" not in sys.modules

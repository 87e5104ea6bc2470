from __future__ import annotations

from typing import Any

import linkdata
from linkdata.nwb.mentions import Mention, shortened
from linkdata.syntax.writer import document


def test_a_name_is_enough_where_it_means_the_object() -> None:
    probe, near, far = Mention(["probe"]), Mention(["a", "near"]), Mention(["b", "near"])
    data: dict[str, Any] = {
        "probe": {"x": 1},
        "a": {"near": {"x": 2}, "uses": [probe, near, far], "probe": Mention(["probe"])},
        "b": {"near": {"x": 3, "same": Mention(["b", "near"])}},
        "c": {"near": Mention(["a", "near"]), "root": Mention([])},
    }
    meant = {"uses": [str(one) for one in (probe, near, far)]}
    shortened(data)
    # In `a` the name `probe` is that of the field itself, so that it means nothing else there.
    assert data["a"]["uses"] == ["#data.probe", "@near", "#data.b.near"]
    assert data["a"]["probe"] == "@probe"
    assert data["b"]["near"]["same"] == "@near"
    assert data["c"] == {"near": "#data.a.near", "root": "#data"}
    with linkdata.loads(document({"data": data})) as dataset:
        found = [one.entity.iri for one in dataset["#data.a"].uses]
    assert found == [f"urn:linkdata:document{one}" for one in meant["uses"]]

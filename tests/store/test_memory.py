from __future__ import annotations

import pytest

from linkdata.store.memory import MemoryStore
from linkdata.testing.stores import StoreContract, sample, spoilt


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


def test_a_corrupt_object_is_put_aside_and_replaced() -> None:
    store = MemoryStore()
    array = sample(1)
    array.put(store)
    digest, data = array.chunks[0]
    store._objects["chunks"][digest] = (spoilt(data), 0.0)
    store.quarantine("chunks", digest)
    assert not store.has("chunks", digest)
    assert list(store.quarantined("chunks", digest)) == [spoilt(data)]
    assert store.put("chunks", digest, data)

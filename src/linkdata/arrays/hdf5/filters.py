"""Filters: HDF5 pipelines in neutral words, and decoded by HDF5 itself.

Takes: the creation properties of a dataset; payloads of chunks.
Gives: `codecs_of`; `decode`, the entry point `hdf5` of `linkdata.codecs`.
Implements: `specs/linkdata-1.0.md`, section "Objects of a store".

What only HDF5's library can decode (lzf, szip, scale-offset, plug-ins) is put as the one chunk of
a file in memory, with the same pipeline, and read from there.
"""

from __future__ import annotations

import os
from typing import Any

import h5py
import numpy
from h5py import h5d, h5f, h5p, h5s, h5t, h5z

from linkdata.arrays.hdf5.failures import translated
from linkdata.arrays.hdf5.guards import is_installed
from linkdata.errors import SourceError
from linkdata.store import codecs
from linkdata.store.codecs import Codec, Pipeline
from linkdata.store.kinds import Buffer, Damaged


def codecs_of(created: h5p.PropDCID) -> tuple[Codec, ...]:
    """The filters of a dataset, in the order in which they are applied."""
    filters = (created.get_filter(number) for number in range(created.get_nfilters()))
    return tuple(_codec(number, list(map(int, values))) for number, _, values, _ in filters)


def _codec(number: int, values: list[int]) -> Codec:
    name = codecs.NAMES.get(number, f"hdf5-{number}")
    made: Codec
    if name == "deflate" and len(values) == 1 and values[0] <= 9:
        made = {"id": name, "level": values[0]}
    elif name == "shuffle" and len(values) == 1 and values[0]:
        made = {"id": name, "size": values[0]}
    elif name == "fletcher32" and not values:
        made = {"id": name}
    elif name in ("deflate", "shuffle", "fletcher32"):  # parameters that we have no words for
        made = {"id": f"hdf5-{number}", "values": values}
    else:
        made = {"id": name, "values": values}
    return made


def decode(
    payload: Buffer, pipeline: Pipeline, dtype: numpy.dtype[Any], shape: tuple[int, ...]
) -> bytes:
    """The bytes of a block of this dtype and shape; see `linkdata.store.codecs.Decoder`."""
    created = h5p.create(h5p.DATASET_CREATE)
    created.set_chunk(shape)
    for codec in pipeline.codecs:
        number = codecs.number(codec)
        if not is_installed(number):
            raise codecs.unknown(f"the codec `{codec['id']}`")
        created.set_filter(number, h5z.FLAG_OPTIONAL, _values(codec))
    try:
        with translated("a chunk"):
            return _through(payload, pipeline.mask, created, dtype, shape)
    except SourceError as problem:
        raise Damaged(problem.diagnostic.message) from problem


def _values(codec: Codec) -> tuple[int, ...]:
    plain = [value for key, value in codec.items() if key in ("level", "size")]
    return tuple(codec.get("values", plain))


def _through(
    payload: Buffer,
    mask: int,
    created: h5p.PropDCID,
    dtype: numpy.dtype[Any],
    shape: tuple[int, ...],
) -> bytes:
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_fapl_core(1 << 16, False)
    name = f"linkdata-{os.urandom(8).hex()}".encode()  # of a file that is never on any disk
    with h5py.File(h5f.create(name, h5f.ACC_TRUNC, fapl=access)) as file:
        kind = h5t.py_create(dtype, logical=True)
        dataset = h5d.create(file.id, b"chunk", kind, h5s.create_simple(shape), created)
        dataset.write_direct_chunk((0,) * len(shape), bytes(payload), mask)
        result = numpy.zeros(shape, dtype)
        dataset.read(h5s.ALL, h5s.ALL, result, kind)
        return result.tobytes()

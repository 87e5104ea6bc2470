"""Stand-ins for filters that are not installed, so that their chunks can be moved.

Takes: the filters of a plan.
Gives: `standing_in`, a context in which HDF5 lets datasets with these filters be made.
Implements: `specs/linkdata-1.0.md`, section "Plans of HDF5 files".

HDF5 makes no dataset with a filter that it does not know, even where chunks are only handed over
as they are stored. A stand-in is known to HDF5 and can neither encode nor decode: every attempt
is an error, and no dataset that needs it counts as readable (`is_installed`).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from h5py import h5z

from linkdata.nwb.plan import Filter

_one_at_a_time = Lock()
_FILTER = ctypes.CFUNCTYPE(ctypes.c_size_t)  # its arguments are of no interest


class _Class(ctypes.Structure):
    """`H5Z_class2_t` of H5Zpublic.h."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("id", ctypes.c_int),
        ("encoder_present", ctypes.c_uint),
        ("decoder_present", ctypes.c_uint),
        ("name", ctypes.c_char_p),
        ("can_apply", ctypes.c_void_p),
        ("set_local", ctypes.c_void_p),
        ("filter", _FILTER),
    )


_fail = _FILTER(lambda: 0)  # what a filter says that failed
_lasting: list[_Class] = []  # stand-ins that an open file still needs: HDF5 goes on knowing them


@contextmanager
def standing_in(filters: Iterable[Filter]) -> Iterator[None]:
    """Have HDF5 know these filters until the context is left, or longer if a file uses one."""
    missing = {step.code: step.name for step in filters if not h5z.filter_avail(step.code)}
    if not missing:
        yield
        return
    with _one_at_a_time:
        classes = []
        try:
            for code, name in missing.items():
                label = name.encode("utf-8", "replace")
                made = _Class(h5z.CLASS_T_VERS, code, 1, 0, label, None, None, _fail)
                h5z.register_filter(ctypes.addressof(made))
                classes.append(made)
            yield
        finally:
            for made in classes:
                try:
                    h5z.unregister_filter(made.id)
                except RuntimeError:  # the file that chunks came from, say, is still open
                    _lasting.append(made)

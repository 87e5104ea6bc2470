"""What h5py raises, made our own.

Takes: an exception of h5py, HDF5 or numpy, and the place (`file.nwb:/path`) it came from.
Gives: `translated`, a context out of which only exceptions of linkdata come; `failure` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from linkdata.errors import LinkdataError, SourceError, error

# What h5py raises, by the layer of HDF5 that failed; a damaged file reaches all of them.
# AttributeError, NameError, AssertionError are not among them: those are mistakes of our own.
_FOREIGN = (
    OSError,
    RuntimeError,
    KeyError,
    ValueError,
    TypeError,
    ArithmeticError,
    EOFError,
    SystemError,
)


class Unsupported(Exception):
    """What cannot be carried, found where the place is not known. `translated` adds the place."""


def failure(code: str, message: str, place: str, hint: str | None = None) -> SourceError:
    """A `SourceError` with one finding."""
    return SourceError(error(code, message, place=place, hint=hint))


@contextmanager
def translated(place: str, code: str = "source-unreadable") -> Iterator[None]:
    """Turn a foreign exception into a `SourceError` of this code at `place`.

    What h5py has no numpy type for is `source-unsupported`, whatever `code` says.
    """
    try:
        yield
    except LinkdataError:
        raise
    except Unsupported as problem:
        raise failure("source-unsupported", str(problem), place) from problem
    except MemoryError as problem:
        raise failure(code, "the values do not fit in memory", place) from problem
    except _FOREIGN as problem:
        # h5py's words for "numpy has no such type" and "HDF5 has no such conversion".
        unsupported = isinstance(problem, TypeError | NotImplementedError)
        found = "source-unsupported" if unsupported else code
        raise failure(found, f"HDF5 says: {problem}", place) from problem

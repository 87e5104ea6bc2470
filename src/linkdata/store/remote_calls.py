"""The calls to an object store, and what it says is wrong as errors of the one tree.

Takes: an object store of the library obstore, and paths.
Gives: `Bucket`.
Implements: `specs/linkdata-1.0.md`, section "Stores in buckets and on web servers".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from linkdata.errors import StoreError, error
from linkdata.store import layout


class Bucket:
    """What a store asks of an object store. What is not there is None."""

    def __init__(self, bucket: Any, name: str) -> None:
        self._bucket = bucket
        self._name = name

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._name

    def get(self, path: str) -> bytes | None:
        """The bytes of an object."""
        import obstore

        with self._asking("store-unreadable", "read"):
            try:
                found = obstore.get(self._bucket, path)
                if found.meta["size"] > layout.OBJECT_LIMIT:
                    raise StoreError(
                        error(
                            "store-unreadable",
                            f"{path} of <{self._name}> has {found.meta['size']} bytes",
                            hint="no object of a store is as large", place=self._name,
                        )
                    )  # fmt: skip
                return bytes(found.bytes())
            except FileNotFoundError:
                return None

    def head(self, path: str) -> Any:
        """What is known of an object: `size` and `last_modified` among others."""
        import obstore

        with self._asking("store-unreadable", "read"):
            try:
                return obstore.head(self._bucket, path)
            except FileNotFoundError:
                return None

    def list(self, prefix: str) -> Iterator[Any]:
        """What is known of each object below a prefix."""
        import obstore

        with self._asking("store-unreadable", "listed"):
            for page in obstore.list(self._bucket, prefix, chunk_size=1000):
                yield from page

    def create(self, path: str, data: bytes) -> bool:
        """Put an object, unless there is one; whether there was none."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._asking("store-unwritable", "written"):
            try:
                # In one piece: what is put in parts cannot be put on a condition.
                obstore.put(self._bucket, path, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def replace(self, path: str, data: bytes) -> None:
        """Put an object, whatever there is."""
        import obstore

        with self._asking("store-unwritable", "written"):
            obstore.put(self._bucket, path, data, use_multipart=False)

    def copy(self, old: str, new: str) -> None:
        """Give an object a second name."""
        import obstore

        with self._asking("store-unwritable", "written"):
            obstore.copy(self._bucket, old, new)

    def delete(self, path: str) -> None:
        """Remove an object. None is no error."""
        import obstore

        with self._asking("store-unwritable", "written"):
            try:
                obstore.delete(self._bucket, path)
            except FileNotFoundError:
                return

    @contextmanager
    def _asking(self, code: str, what: str) -> Iterator[None]:
        from obstore.exceptions import (
            BaseError,
            NotSupportedError,
            PermissionDeniedError,
            UnauthenticatedError,
        )

        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError, PermissionError) as problem:
            raise self._failed(
                code, what, problem, "are your credentials those it wants?"
            ) from problem
        # What an object store cannot do, obstore raises as either, by the operation.
        except (NotSupportedError, NotImplementedError) as problem:
            hint = "a web server is read object by object; it has no lists and takes no writes"
            raise self._failed(code, what, problem, hint) from problem
        except (BaseError, OSError) as problem:
            raise self._failed(code, what, problem, None) from problem

    def _failed(self, code: str, what: str, problem: Exception, hint: str | None) -> StoreError:
        said = str(problem).partition("\n")[0][:300]
        return StoreError(
            error(code, f"the store <{self._name}> cannot be {what}: {said}", hint=hint,
                  place=self._name)
        )  # fmt: skip

"""Opening a store by the place it has.

Takes: a folder, or a URL (`s3:`, `gs:`, `az:`, `http:`, `https:`).
Gives: `open_store`.
Implements: `specs/linkdata-1.0.md`, section "Where a store keeps its objects".

Whether the network may be used is for the caller to know: for a place that the user gave it may,
for one that stands in a document only if the user allowed its host.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from linkdata.errors import StoreError, UsageError, error
from linkdata.roots import Roots
from linkdata.store.folder import FolderStore
from linkdata.store.remote import RemoteStore

BUCKETS = ("s3", "s3a", "gs", "az", "azure", "abfs", "abfss")
WEB = ("http", "https")


def is_remote(place: Path | str) -> bool:
    """Whether a place is a URL, and not a folder."""
    return _scheme(place) is not None


def open_store(
    place: Path | str, *, writable: bool = False, roots: Roots | None = None
) -> FolderStore | RemoteStore:
    """The store at a place. Use it in a `with`, or `close` it.

    A URL of a bucket takes credentials and settings from the environment, as the tools of its
    maker do (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, ...). Raises `UsageError` for a scheme that
    is not known, or when `linkdata[remote]` is not installed; `StoreError` (`store-unwritable`)
    for writing to a web server. Whether there is a store is seen when it is used.
    """
    scheme = _scheme(place)
    if scheme is None:
        return FolderStore(place, writable=writable, roots=roots)
    if writable and scheme in WEB:
        raise StoreError(
            error("store-unwritable", f"a store on a web server is read only: <{place}>",
                  place=str(place))
        )  # fmt: skip
    return RemoteStore(_bucket(str(place), scheme), str(place), writable=writable)


def _scheme(place: Path | str) -> str | None:
    if not isinstance(place, str) or "://" not in place:
        return None
    return place.partition("://")[0].lower()


def _bucket(url: str, scheme: str) -> Any:
    if scheme not in (*BUCKETS, *WEB):
        raise UsageError(
            error("usage", f"`{url}` is not the place of a store",
                  hint="give a folder, or a URL of s3, gs, az or https")
        )  # fmt: skip
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError:
        raise UsageError(
            error("usage", f"a store at <{url}> needs the library obstore",
                  hint="install it: pip install 'linkdata[remote]'")
        ) from None  # fmt: skip
    # A server of one's own without encryption has to be asked for by its URL.
    given = os.environ.get("AWS_ENDPOINT_URL", url)
    settings: dict[str, Any] = {
        "client_options": {"allow_http": given.startswith("http://")},
        "retry_config": {"max_retries": 5, "retry_timeout": timedelta(seconds=60)},
    }
    try:
        return from_url(url, **settings)
    except (BaseError, ValueError) as problem:
        raise UsageError(
            error("usage", f"`{url}` is not the place of a store: {problem}")
        ) from problem

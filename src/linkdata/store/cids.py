"""CIDs: the digests of chunks as other content-addressed systems write them.

Takes: digests.
Gives: `cid`, a CIDv1 in base32.
Implements: `specs/linkdata-1.0.md`, section "Chunks".

The bytes behind the CID are those that the digest is of: of a chunk its canonical bytes with the
two lines before them, as the codec `raw`.
"""

from __future__ import annotations

from base64 import b32encode

from linkdata.errors import UsageError, error
from linkdata.store.digests import Digest

# From the table of multicodec: the numbers are part of the form.
_VERSION, _RAW = 0x01, 0x55
_HASHES = {"sha256": 0x12, "blake3": 0x1E, "blake2b-256": 0xB220, "blake2b-512": 0xB240}


def cid(digest: Digest) -> str:
    """The CIDv1 of a digest. Raises `UsageError` for an algorithm that CIDs have no number for."""
    number = _HASHES.get(digest.algorithm)
    if number is None:
        raise UsageError(error("usage", f"a digest by {digest.algorithm} has no CID"))
    content = bytes.fromhex(digest.hex)
    parts = (_varint(_VERSION), _varint(_RAW), _varint(number), _varint(len(content)), content)
    return "b" + b32encode(b"".join(parts)).decode("ascii").rstrip("=").lower()


def _varint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)

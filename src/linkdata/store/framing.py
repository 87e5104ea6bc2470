"""Framing: what the object files of a store have in common.

Takes: the facts of an object, and its payload.
Gives: `framed`, the bytes of the file; `unframed`, both again, each byte checked; `canonical_json`.
Implements: `specs/linkdata-1.0.md`, section "Objects of a store".

    {"linkdata":"chunk","seal":"…","size":N,"stored":"blake3:…","version":1, …} LF payload

`stored` is the digest of the payload, `size` its length. `seal` is of the line itself, without the
seal: so a flipped bit is found wherever it is, without decoding anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from linkdata.errors import StoreCorruptError, StoreError, error
from linkdata.store.digests import Digest, digest_bytes
from linkdata.store.kinds import Buffer

Word: TypeAlias = Literal["chunk", "manifest"]

VERSION = 1
_LINE_USUAL, _LINE_LIMIT = 1 << 12, 1 << 20
_SEAL_DIGITS = 32
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_COMMON = ("linkdata", "seal", "size", "stored", "version")


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys, no white space and no escapes but those that JSON demands, as UTF-8.

    Numbers must be integers.
    """
    return _ENCODER.encode(value).encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Fresh:
    """An object file that was made here just now: a store need not verify it, nor join its parts.

    `digest` is what it is to be kept under, `line` its first line with the LF.
    """

    digest: Digest
    line: bytes
    payload: Buffer

    def __bytes__(self) -> bytes:
        return b"".join((self.line, self.payload))

    def __len__(self) -> int:
        return len(self.line) + len(self.payload)


def framed(word: Word, facts: dict[str, Any], payload: Buffer, stored: Digest) -> bytes:
    """The file of an object. `stored` is the digest of the payload."""
    return b"".join((first_line(word, encoded(facts), payload, stored), payload))


def encoded(facts: dict[str, Any]) -> dict[str, bytes]:
    """The facts of an object, each as the canonical JSON that stands in a first line."""
    return {key: canonical_json(value) for key, value in facts.items()}


def first_line(word: Word, facts: dict[str, bytes], payload: Buffer, stored: Digest) -> bytes:
    """The first line of the file of an object whose facts are `encoded`, with its LF.

    Of the chunks of an array nearly all facts are the same, and encoded once.
    """
    line = {
        **facts,
        "linkdata": b'"%b"' % word.encode(),
        "version": b"%d" % VERSION,
        "size": b"%d" % len(payload),
        "stored": b'"%b"' % str(stored).encode(),
    }
    seal = digest_bytes(_joined(line)).hex[:_SEAL_DIGITS]
    line["seal"] = b'"%b"' % seal.encode()
    return _joined(line) + b"\n"


def _joined(line: dict[str, bytes]) -> bytes:
    return b"{%b}" % b",".join([b'"%b":%b' % (key.encode(), line[key]) for key in sorted(line)])


def unframed(word: Word, data: Buffer, place: str) -> tuple[dict[str, Any], memoryview, Digest]:
    """The facts, the payload and its digest, from the bytes of a file.

    Raises `StoreCorruptError` (`store-chunk-corrupt`, `store-manifest-corrupt`) when any byte is
    not what was written, `StoreError` (`store-version-unknown`) for a version of the future.
    """
    line, payload = _parted(word, data, place)
    facts = _parsed(word, line, place)
    version = facts.get("version")
    if facts.get("linkdata") == word and version != VERSION and _sealed(facts):
        raise StoreError(
            error("store-version-unknown", f"this {word} is of version {version!r}", place=place,
                  hint=f"this linkdata knows version {VERSION}; a later one may know it")
        )  # fmt: skip
    if facts.get("linkdata") != word or version != VERSION or not _sealed(facts):
        raise corrupt(word, "its first line is damaged", place)
    if len(payload) != facts.get("size"):
        raise corrupt(word, f"it has {len(payload)} bytes instead of {facts.get('size')}", place)
    stored = parsed_digest(word, facts.get("stored"), place)
    if digest_bytes(payload, by=stored.algorithm) != stored:
        raise corrupt(word, "its bytes have changed", place)
    return {k: v for k, v in facts.items() if k not in _COMMON}, payload, stored


def parsed_digest(word: Word, text: Any, place: str) -> Digest:
    """A digest in the facts of an object. Raises `StoreCorruptError`, or for its algorithm what
    `Digest.parse` raises."""
    if not isinstance(text, str) or ":" not in text:
        raise corrupt(word, f"`{str(text)[:80]}` is no digest", place)
    return Digest.parse(text)


def corrupt(word: Word, reason: str, place: str) -> StoreCorruptError:
    """The error that an object is not what its digest says."""
    return StoreCorruptError(
        error(f"store-{word}-corrupt", f"this {word} is corrupt: {reason}", place=place,
              hint="get it again from another store or its source (`linkdata store repair`)")
    )  # fmt: skip


def _parted(word: Word, data: Buffer, place: str) -> tuple[bytes, memoryview]:
    view = memoryview(data)
    end = bytes(view[:_LINE_USUAL]).find(b"\n")
    if end < 0:
        end = bytes(view[:_LINE_LIMIT]).find(b"\n")
    if end < 0:
        raise corrupt(word, "it has no first line", place)
    return bytes(view[:end]), view[end + 1 :]


def _parsed(word: Word, line: bytes, place: str) -> dict[str, Any]:
    try:
        facts = json.loads(line.decode("utf-8", "surrogateescape"))
        canonical = canonical_json(facts) == line
    except (ValueError, RecursionError):  # no JSON, or a string that is no text
        canonical = False
    if not canonical or not isinstance(facts, dict):
        raise corrupt(word, "its first line is damaged", place)
    found: dict[str, Any] = facts
    return found


def _seal(line: dict[str, Any]) -> str:
    unsealed = {key: value for key, value in line.items() if key != "seal"}
    return digest_bytes(canonical_json(unsealed)).hex[:_SEAL_DIGITS]


def _sealed(line: dict[str, Any]) -> bool:
    return line.get("seal") == _seal(line)

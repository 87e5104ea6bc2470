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
from collections.abc import Iterable
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
    return b"".join((FirstLine(word, facts).of(payload, stored), payload))


class FirstLine:
    """The first lines of objects nearly all of whose facts are the same; these are encoded once.

    `others` are the names of further facts, which are given for each object.
    """

    def __init__(self, word: Word, facts: dict[str, Any], others: Iterable[str] = ()) -> None:
        known = {**facts, "linkdata": word, "version": VERSION}
        same = {key: canonical_json(value).replace(b"%", b"%%") for key, value in known.items()}
        unsealed = {*same, "size", "stored", *others}
        self._unsealed = _template(same, unsealed)
        self._sealed = _template(same, {*unsealed, "seal"}) + b"\n"

    def of(self, payload: Buffer, stored: Digest, **others: str | int) -> bytes:
        """The line of one object, with its LF. `stored` is the digest of the payload."""
        facts = {**others, "size": len(payload), "stored": str(stored)}
        values = {key.encode(): canonical_json(value) for key, value in facts.items()}
        seal = digest_bytes(self._unsealed % values).hex[:_SEAL_DIGITS]
        return self._sealed % {**values, b"seal": canonical_json(seal)}


def _template(same: dict[str, bytes], names: set[str]) -> bytes:
    """Canonical JSON with these names; what is not the same for all is to be put in by name."""
    fields = []
    for name in sorted(names):
        key = name.encode()
        fields.append(b'"%b":%b' % (key, same.get(name, b"%%(%b)b" % key)))
    return b"{%b}" % b",".join(fields)


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

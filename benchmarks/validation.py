"""What `linkdata check` finds in NWB files beside what pynwb's validator finds.

    python benchmarks/validation.py FILE_OR_FOLDER...

For each file: the findings of pynwb, ours (errors and warnings), which of pynwb's ours contain, and
the seconds that each takes, in processes of their own. A finding of pynwb is matched when we find
something of the same kind at the same object. Exits with 1 when one is not.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import Self

SUFFIXES = (".nwb", ".h5")

_PYNWB = """
import json, sys, warnings
warnings.simplefilter("ignore")
from pynwb.validation import validate
answers, sys.stdout = sys.stdout, sys.stderr
for path in map(json.loads, sys.stdin):
    try:
        found = validate(path=path)
    except Exception as problem:  # whatever a validator that crashes raises
        told = {"crash": f"{type(problem).__name__}: {problem}"}
    else:
        told = [[one.location or "", one.name, one.reason] for one in found]
    print(json.dumps(told), file=answers, flush=True)
"""

#: Our codes for what pynwb says, by a word in its reason.
KINDS = {
    "missing data type": {"field-required", "class-wrong", "reference-ill-typed"},
    "argument missing": {"field-required"},
    "incorrect type": {"value-type", "value-dtype", "datetime-invalid"},
    "incorrect shape": {"value-shape"},
    "timezone": {"datetime-naive"},
    "incorrect data_type": {"reference-ill-typed", "class-wrong"},
    "quantity": {"cardinality", "field-required"},
    "illegal use of link": {"link-not-allowed"},
}


@dataclass(frozen=True)
class Ours:
    """One of our findings: its severity, code, and path in the file."""

    severity: str
    code: str
    path: str
    message: str


@dataclass(frozen=True)
class Theirs:
    """One of pynwb's findings: path in the file, the spec it is about, and what is wrong."""

    path: str
    spec: str
    reason: str


@dataclass
class Compared:
    """The findings of a file."""

    ours: list[Ours]
    theirs: list[Theirs]
    crash: str | None
    seconds: tuple[float, float]

    @property
    def missed(self) -> list[Theirs]:
        """Those of pynwb's that we do not have."""
        return [one for one in self.theirs if not any(matches(one, mine) for mine in self.ours)]

    @property
    def extra(self) -> list[Ours]:
        """Our errors that pynwb does not have."""
        return [
            mine
            for mine in self.ours
            if mine.severity == "error" and not any(matches(one, mine) for one in self.theirs)
        ]


def matches(theirs: Theirs, ours: Ours) -> bool:
    """Whether our finding is about the same object and of the same kind."""
    codes = next((codes for word, codes in KINDS.items() if word in theirs.reason), set())
    if ours.code not in codes:
        return False
    place = theirs.path.strip("/")
    mine = re.sub(r"(\[\d+\])+$", "", ours.path).strip("/").replace("@", ".")
    # What is missing we tell at the object that lacks it; the name comes from the spec.
    return mine == place or (mine == place.rpartition(".")[0])


class Validator:
    """A process with pynwb's validator, which takes one file after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PYNWB], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def findings(self, path: Path) -> tuple[list[Theirs], str | None]:
        """What it finds, or how it crashes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(str(path)), file=self._process.stdin, flush=True)
        found = json.loads(self._process.stdout.readline())
        return (
            ([], found["crash"]) if isinstance(found, dict) else ([*starmap(Theirs, found)], None)
        )


def compare(path: Path) -> Compared:
    """Run both on a file."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "linkdata", "check", "--format", "json", str(path)]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
    middle = time.perf_counter()
    with Validator() as validator:
        theirs, crash = validator.findings(path)
    end = time.perf_counter()
    mine = [ours(one, path) for one in json.loads(told)]
    return Compared(mine, theirs, crash, (middle - begin, end - middle))


def files(given: list[str]) -> Iterator[Path]:
    """The files of the arguments."""
    for name in given:
        path = Path(name)
        if path.is_dir():
            yield from sorted(one for one in path.iterdir() if one.suffix in SUFFIXES)
        else:
            yield path


def ours(found: dict[str, str], path: Path) -> Ours:
    """A finding of ours in a file, as `check --format json` tells it."""
    place = found.get("place") or ""
    inside = place.removeprefix(f"{path}:") if place.startswith(f"{path}:") else ""
    return Ours(found["severity"], found["code"], inside, found["message"])


def main(given: list[str]) -> int:
    missed = 0
    print(f"{'file':70} {'pynwb':>5} {'ours':>4} {'both':>4} {'extra':>5} {'s':>6} {'pynwb s':>7}")
    for path in files(given):
        found = compare(path)
        missed += len(found.missed)
        told = [one for one in found.ours if one.severity != "note"]
        both = len(found.theirs) - len(found.missed)
        count = "crash" if found.crash else str(len(found.theirs))
        print(
            f"{path.name[:70]:70} {count:>5} {len(told):4} {both:4} {len(found.extra):5} "
            f"{found.seconds[0]:6.2f} {found.seconds[1]:7.2f}"
        )
        for theirs in found.missed:
            print(f"    missed: {theirs.path}: {theirs.spec}: {theirs.reason}")
        for ours in found.extra:
            print(f"    extra: {ours.path}: {ours.code}: {ours.message}")
        if found.crash:
            print(f"    pynwb: {found.crash}")
    print(f"missed: {missed}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

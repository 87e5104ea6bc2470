"""Loading, resolving and checking many documents that refer to each other: time for each of them.

python benchmarks/many_documents.py [COUNT...]

Each document refers to five others. What is measured for `open` is opening the first document,
which loads all of them, and following every reference; for `check`, checking all; for `stream`,
one document that refers to every document of one stream.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from processes import side_by_side

REFERENCES = 5
OPEN = """
dataset = linkdata.open({first!r})
registry, resolver = dataset.graph.registry, dataset.graph.resolver
followed = 0
for loaded in registry.resources.values():
    for context in loaded.contexts:
        for candidate in context.document.candidates:
            if resolver.reference(context, candidate) is not None:
                resolver.resolve(context, candidate)
                followed += 1
assert len(registry.resources) == {count} and followed == {count} * {references}
"""
CHECK = """
found = Workspace().check(paths)
assert not found, found[0]
"""
STREAM = """
dataset = linkdata.open({user!r})
context, resolver = dataset.graph.context, dataset.graph.resolver
for candidate in context.document.candidates:
    resolver.resolve(context, candidate)
"""
IMPORT = "import linkdata; linkdata.open; from linkdata.dataset.workspace import Workspace"


def write(folder: Path, count: int) -> None:
    """So many documents, and a stream of as many with a document that refers into it."""
    chance = random.Random(count)
    head = "meta: {{id: {name}, base: 'https://example.org/'}}\n"
    for number in range(count):
        others = [(number + 1) % count]
        others += (chance.randrange(count) for _ in range(REFERENCES - 1))
        lines = [head.format(name=f"d{number}"), f"data:\n  name: document {number}\n  links:\n"]
        for part, other in enumerate(others):
            lines.append(f'    - "./d{other}.yaml#data.part{part}"\n')
        lines += (f"  part{part}: {{value: {part}}}\n" for part in range(REFERENCES))
        (folder / f"d{number}.yaml").write_text("".join(lines))
    (folder / "stream.yaml").write_text(
        "---\n".join(
            head.format(name=f"s{number}") + f"data: {{n{number}: {{value: {number}}}}}\n"
            for number in range(count)
        )
    )
    (folder / "user.yaml").write_text(
        head.format(name="user")
        + "data:\n"
        + "".join(f"  r{number}: './stream.yaml#data.n{number}'\n" for number in range(count))
    )


def main() -> None:
    counts = [int(given) for given in sys.argv[1:]] or [1_000, 10_000]
    print(f"{'documents':>9}  {'open':>12} {'check':>12} {'stream':>12}   (microseconds each)")
    least: list[float] = []
    with tempfile.TemporaryDirectory() as root:
        for count in counts:
            folder = Path(root, str(count))
            folder.mkdir()
            write(folder, count)
            first, user = str(folder / "d0.yaml"), str(folder / "user.yaml")
            paths = f"paths = [f'{folder}/d{{n}}.yaml' for n in range({count})]"
            opened = OPEN.format(first=first, count=count, references=REFERENCES)
            found = side_by_side(
                {
                    "open": (IMPORT, opened),
                    "check": (f"{IMPORT}; {paths}", CHECK),
                    "stream": (IMPORT, STREAM.format(user=user)),
                },
                runs=3,
            )
            each = [found[name].seconds / count * 1e6 for name in ("open", "check", "stream")]
            least = least or each
            print(f"{count:>9}  " + " ".join(f"{value:12.0f}" for value in each))
    ratios = (last / before for last, before in zip(each, least, strict=True))
    print(f"{'ratio':>9}  " + " ".join(f"{ratio:12.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()

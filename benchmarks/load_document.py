"""Opening and resolving a document, beside PyYAML's CSafeLoader only loading it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from processes import side_by_side

LOAD = """
with open({path!r}) as file:
    loaded = yaml.load(file, Loader=yaml.CSafeLoader)
"""
RESOLVE = """
dataset = linkdata.open({path!r})
resolver, context = dataset.graph.resolver, dataset.graph.context
found = [resolver.resolve(context, candidate) for candidate in context.document.candidates]
"""


def document(nodes: int) -> str:
    """A document of so many YAML nodes (keys counted), a fifth of them references."""
    lines = ["meta: {id: bench, base: 'https://example.org/'}", "data:", "  items:"]
    for number in range(nodes // 15):
        other, third = number * 7 % (number + 1), number * 3 % (number + 1)
        lines.append(
            f"    item{number}:\n"
            f"      name: item number {number}\n"
            f"      gain: {number * 1.5}\n"
            f'      peer: "#data.items.item{other}"\n'
            f'      others: ["#data.items.item{third}.name", "@item{other}"]\n'
            f"      tags: [alpha, beta, {number}]"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    print(f"{'nodes':>9} {'references':>10}  {'load s':>7} {'ours s':>7} {'ratio':>6}"
          f"  {'load MiB':>8} {'ours MiB':>8} {'ratio':>6}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for nodes in (10_000, 100_000, 300_000, 1_000_000):
            path = str(Path(folder) / f"{nodes}.yaml")
            text = document(nodes)
            Path(path).write_text(text)
            found = side_by_side(
                {
                    "load": ("import yaml", LOAD.format(path=path)),
                    "ours": ("import linkdata; linkdata.open", RESOLVE.format(path=path)),
                },
                runs=5 if nodes <= 100_000 else 3,
            )
            load, ours = found["load"], found["ours"]
            references = text.count('"#') + text.count('"@')
            print(f"{nodes:>9} {references:>10}  {load.seconds:7.3f} {ours.seconds:7.3f}"
                  f" {ours.seconds / load.seconds:6.2f}  {load.peak:8.0f} {ours.peak:8.0f}"
                  f" {ours.peak / load.peak:6.2f}")  # fmt: skip


if __name__ == "__main__":
    main()

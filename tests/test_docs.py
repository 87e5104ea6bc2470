"""The documentation tells the truth: what its pages show is run, and what is printed compared.

In a page,

- a YAML, TOML or JSON block under a paragraph that ends in `` `name`: `` is written to the file of
  that name (appended to it, if the paragraph begins with "Add");
- a Python block is run, with the names that the page's earlier blocks left behind; a `text` block
  right behind it is what it prints;
- in a console block each line that begins with `$ ` is run, and what follows is what it prints,
  errors included. A line `...` stands for any lines;
- other blocks (`sh`, `text` on its own, files without a name) are only shown.

Each page has a temporary folder of its own; the README's holds the `test_nwb.nwb` of the examples.
With LINKDATA_DOCS_UPDATE=1 the pages are not compared but rewritten with what was printed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from linkdata.errors import CODES

PROJECT = Path(__file__).parent.parent
DOCS = PROJECT / "docs"
PAGES = [PROJECT / "README.md", *sorted(DOCS.rglob("*.md"))]
UPDATE = os.environ.get("LINKDATA_DOCS_UPDATE") == "1"

FENCE = re.compile(
    r"(?P<head>```(?P<language>[a-z0-9]*)[^\n]*\n)(?P<body>.*?)(?P<tail>^```$)",
    re.MULTILINE | re.DOTALL,
)
NAMED = re.compile(r"`([\w./-]+)`:\s*\Z")
UUID = "4f9ef1e3-1111-2222-3333-0123456789ab"
FILES = ("yaml", "toml", "json", "ini")


@dataclass
class Block:
    """A fenced block of a page, and the text between it and the block before."""

    language: str
    before: str
    body: str
    span: tuple[int, int]

    @property
    def paragraph(self) -> str:
        return self.before.strip().rpartition("\n\n")[2]


def blocks(text: str) -> list[Block]:
    found: list[Block] = []
    end = 0
    for match in FENCE.finditer(text):
        before = text[end : match.start()]
        found.append(Block(match["language"], before, match["body"], match.span("body")))
        end = match.end()
    return found


class Page:
    """Runs a page in a folder; gives the page with what it really prints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.status = 0

    def run(self, text: str) -> str:
        edits: list[tuple[int, int, str]] = []
        found = blocks(text)
        for block, following in zip_longest(found, found[1:]):
            if block.language == "python":
                printed = self.python(block.body)
                if following and following.language == "text" and not following.before.strip():
                    edits.append((*following.span, kept(following.body, printed)))
                elif printed:
                    end = block.span[1] + len("```\n")
                    edits.append((end, end, f"\n```text\n{printed}```\n"))
            elif block.language == "console":
                edits.append((*block.span, self.console(block.body)))
            elif block.language in FILES and (name := NAMED.search(block.paragraph)):
                self.write(name[1], block.body, append=block.paragraph.startswith("Add"))
        for start, end, body in reversed(edits):
            text = text[:start] + body + text[end:]
        return text

    def write(self, name: str, body: str, *, append: bool) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if append else "w", encoding="utf-8") as file:
            file.write(body)

    def python(self, body: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(body, "<page>", "exec"), self.names)
        return self.tidied(printed.getvalue())

    def console(self, body: str) -> str:
        lines: list[str] = []
        shown: list[str] = []
        for line in [*body.splitlines(), "$ "]:
            if not line.startswith("$ "):
                shown.append(line)
                continue
            if lines:
                lines.append(kept("".join(f"{one}\n" for one in shown), self.shell(lines[-1][2:])))
            lines.append(line + "\n")
            shown = []
        return "".join(lines[:-1])

    def shell(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f"(exit {self.status}); {command}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        self.status = done.returncode
        assert "Traceback (most recent call last)" not in done.stdout, done.stdout
        return self.tidied(done.stdout)

    def tidied(self, printed: str) -> str:
        for folder in {str(self.folder), os.path.realpath(self.folder)}:
            printed = printed.replace(folder, "/home/me/notes")
        return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def kept(shown: str, printed: str) -> str:
    """What the page shows, where that is true; what was printed otherwise."""
    return shown if matches(shown, printed) else printed


def matches(shown: str, printed: str) -> bool:
    """Whether they are the same but for `...`, and what is different each time."""
    parts = re.split(r"^ *\.\.\.\n", same_each_time(shown), flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, same_each_time(printed)) is not None


def same_each_time(text: str) -> str:
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
    return re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    folder = tmp_path / "notes"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("LINKDATA_ROOTS", "LINKDATA_AUTHORITIES", "PYTHONWARNINGS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LINKDATA_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "96")
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    return Page(folder)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_page(path: Path, page: Page) -> None:
    if path.parent == PROJECT:  # the README has no room to make its file
        make = PROJECT / "examples" / "make_nwb.py"
        subprocess.run([sys.executable, make], stdout=subprocess.DEVNULL, check=True)
    text = path.read_text(encoding="utf-8")
    run = page.run(text)
    if UPDATE and run != text:
        path.write_text(run, encoding="utf-8")
        return
    assert text == run


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if ":" not in target]
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [path.relative_to(DOCS).as_posix() for path in PAGES[1:] if path.name != "README.md"]
    assert [name for name in pages if f"]({name})" not in index] == []


def test_the_page_of_errors_has_every_code_once_and_in_order() -> None:
    text = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", text, re.MULTILINE)
    assert [code for code, _ in rows] == list(CODES)
    assert [code for code, line in rows if len(line) < 20 or not line.endswith(".")] == []


def test_the_page_of_commands_has_every_command() -> None:
    text = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).parent / "linkdata", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    commands = re.findall(r"^  ([a-z]+)  ", done.stdout.partition("Commands:")[2], re.MULTILINE)
    assert commands
    assert re.findall(r"^## `linkdata ([a-z]+)", text, re.MULTILINE) == commands


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nb\n", False),
        ("a\n", "a\nb\n", False),
        (f"x {UUID}\n", f"x {UUID.replace('4', '5')}\n", True),
    ],
)  # fmt: skip
def test_comparing(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) is same


def test_a_false_page_is_found(page: Page) -> None:
    text = "Write `a.txt`:\n\n```yaml\nx: 1\n```\n\n```console\n$ cat a.txt\nx: 2\n```\n"
    assert page.run(text) == text.replace("x: 2", "x: 1")

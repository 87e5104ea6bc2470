"""Make a real NWB file, link a document to it, and write what the two say together.

    python first_run.py [FOLDER]

Everything is written to `build/` beside this file, or to FOLDER. The commands that are printed are
those that a person would type.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from blake3 import blake3
from make_nwb import make

HERE = Path(__file__).resolve().parent
HASH_GOES_HERE = "# first_run.py adds the file's hash here, in its copy of this document"


def main(folder: Path) -> None:
    """Run the whole example in `folder`, which is made if need be."""
    recording = make(folder)
    print(f"made {shown(recording)} with pynwb")
    digest = blake3(recording.read_bytes()).hexdigest()

    shutil.copyfile(HERE / "linkdata.toml", folder / "linkdata.toml")
    shutil.copytree(HERE / "username", folder / "username", dirs_exist_ok=True)
    text = (HERE / "design.yaml").read_text(encoding="utf-8")
    document = folder / "design.yaml"
    document.write_text(text.replace(HASH_GOES_HERE, f"- hash: blake3:{digest}"), encoding="utf-8")
    print(f"wrote {shown(document)}, a copy of design.yaml with the file's hash")

    linkdata("check", document)
    linkdata("tree", document)
    linkdata("get", document, "#cool_recording", "--slice", "0:3,0:3")
    linkdata("convert", "--force", document, folder / "design.json")
    linkdata("convert", "--force", document, folder / "design.ttl")
    print("\nNow look at these, or change something in the document and run a command again:")
    for path in sorted(folder.iterdir()):
        if path.is_file():
            print(f"  {shown(path)}  {path.stat().st_size} bytes")


def linkdata(*arguments: str | Path) -> None:
    """Run a command of the command line that is installed beside this Python."""
    command = Path(sys.executable).parent / "linkdata"
    words = [shown(one) if isinstance(one, Path) else one for one in arguments]
    print(f"\n$ linkdata {shlex.join(words)}", flush=True)
    subprocess.run([command, *words], check=True)


def shown(path: Path) -> str:
    """A path as one would type it from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE / "build")

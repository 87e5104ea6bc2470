"""One run of `linkdata check` shows everything that is wrong, each at its place."""

from pathlib import Path

from click.testing import Result

DOCUMENT = """\
meta:
  id: session 7
  base: https://example.org/lab
  prefixes:
    raw:
      - path: missing.h5
      - hash: blake3:1234
data:
  device: @array
  device: "#data.rig"
  probe: #data.rig
  lost: "#data.rigg"
  circle: "#data.circle"
  other: "./nowhere.yaml#data"
  far: "lab:#data"
  series:
    from: {type: hdf4, source: "raw:/x"}
  near: "@rigg"
  mode: !secret 1
  rig: {gain: 1}
"""

EXPECTED = {
    "2:7 meta-id-invalid",
    "3:9 meta-base-invalid",
    "7:15 digest-malformed",
    "9:11 reference-unquoted",
    "10:3 yaml-duplicate-key",
    "11:10 reference-unquoted",
    "12:9 reference-dangling",
    "13:11 reference-cycle",
    "14:10 resource-missing",
    "15:8 prefix-unknown",
    "17:18 from-type-unknown",
    "18:9 reference-dangling",
    "19:9 yaml-tag-unknown",
}


def test_all_mistakes_in_one_run(run, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(DOCUMENT)
    result: Result = run("check", "--no-notes", str(path))
    assert result.exit_code == 1
    lines = [line for line in result.stdout.splitlines() if line.startswith(f"{path}:")]
    found = {
        f"{line.removeprefix(f'{path}:').split(': ')[0]} {line.split('[')[1].split(']')[0]}"
        for line in lines
    }
    assert found == EXPECTED
    assert len(lines) == len(EXPECTED)

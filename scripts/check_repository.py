"""What no tracked file may hold: a path of one machine, a registry's host, real data, or more than it should weigh."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEBIBYTE = 2**20
LIMITS = {".keras": MEBIBYTE // 2, ".parquet": 3 * MEBIBYTE // 2, ".npz": 3 * MEBIBYTE // 2}
LIMIT = 2 * MEBIBYTE
DATA = {".parquet", ".csv", ".npz", ".xls", ".xlsx"}
# The brackets keep this file from finding itself.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/([w]ork|[r]oot|[h]ome/\w+|[f]arm)/|\.[l]ibrary/",
    "a package registry's host": r"[p]ypi\.org|[p]ythonhosted\.org|[d]eb\.debian\.org|[r]egistry\.npmjs",
}


def faults(path: str) -> Iterator[str]:
    """Everything that is wrong with one tracked file, as `path: what`."""
    file = ROOT / path
    if not file.is_file():
        return  # deleted, not committed yet
    if file.stat().st_size > (limit := LIMITS.get(file.suffix, LIMIT)):
        yield f"{path}: {file.stat().st_size} bytes; {limit} are allowed"
    if file.suffix in DATA and not simulated(file):
        yield f"{path}: only simulated data may be tracked (examples/*_simulated, tests, docs)"
    try:
        lines = file.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return  # binary: a font, a model, a picture
    for what, pattern in FORBIDDEN.items():
        yield from (f"{path}:{n}: {what}" for n, line in enumerate(lines, 1) if re.search(pattern, line))


def simulated(file: Path) -> bool:
    parts = file.relative_to(ROOT).parts
    return parts[0] in ("tests", "docs") or (parts[0] == "examples" and parts[1].endswith("_simulated"))


def main() -> int:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = [fault for path in tracked.split("\0") if path for fault in faults(path)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

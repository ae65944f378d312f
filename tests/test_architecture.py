"""The shape of the program: what imports what, how long a file is, how quickly a command starts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST = 260
# Files that may be longer, each with its reason. An entry that is not needed any more fails the test.
LONGER: dict[str, str] = {
    "tests/checks/test_behavior.py": "one disturbance after the other, each against what is known of it",
    "tests/checks/test_planted_faults.py": "one table of faults beside their sound twins",
    "tests/cli/test_stating.py": "one fault of a statement after the other, at one bank",
    "tests/loaders/test_bad_files.py": "one table of bad files beside their errors",
    "tests/render/sample.py": "one record with every kind of finding and evidence, written out",
    "tests/spoiled.py": "one way to spoil data after the other",
    "tests/test_sampling.py": "one oracle after the other for the same few methods",
}
HEAVY = {"tensorflow", "keras", "pandas", "pyarrow", "scipy", "sklearn", "altair", "weasyprint", "vl_convert"}


def test_imports_point_down() -> None:
    """The contracts in pyproject.toml hold: layers, checks without policies, TensorFlow only in the worker."""
    script = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_stay_short() -> None:
    """A file that grows past the limit has a second thing in it."""
    folders = ("auditor", "tests", "examples", "benchmarks", "scripts")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    long = {
        file.relative_to(ROOT).as_posix(): lines
        for file in files
        if (lines := len(file.read_text("utf-8").splitlines())) > LONGEST
    }
    assert LONGER.keys() == long.keys(), long


def modules_after(statement: str) -> set[str]:
    """Top-level modules that a new interpreter has loaded after the statement."""
    code = (
        f"{statement}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize("module", ["auditor", "auditor.cli", "auditor.checks", "auditor.policy", "auditor.record"])
def test_importing_is_light(module: str) -> None:
    """What every command imports loads no library that only an audit or a rendering needs."""
    assert modules_after(f"import {module}") & HEAVY == set()


def test_help_starts_quickly() -> None:
    """`auditor --help` needs less than half a second of a processor: the least of three, for machines are busy."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'auditor', '--help'], check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime)"
    )
    run = [sys.executable, "-c", code]
    seconds = [
        float(subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout) for _ in range(3)
    ]
    assert min(seconds) < 0.5, seconds

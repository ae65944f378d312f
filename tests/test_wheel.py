"""What is shipped: the wheel holds everything that a run needs, and works where no checkout is near."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module")
def stranger(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment that holds the wheel, beside the libraries (not the checkout) of this one.

    `make check` installs the libraries as well; here they are lent by a path file, which reads no other path files and
    so does not find this project's editable install.
    """
    folder = tmp_path_factory.mktemp("stranger")
    venv.create(folder, with_pip=False, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder / "bin" / "python"


def test_wheel_holds_what_a_run_needs(built: Path) -> None:
    """Templates, fonts, policies and the type marker are in the package; tests, reports and examples are not."""
    names = zipfile.ZipFile(next(built.glob("*.whl"))).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"auditor", "auditor-0.1.0.dist-info"}
    shipped = {
        path.relative_to(ROOT).as_posix() for folder in ("templates", "policies") for path in files(ROOT / folder)
    }
    assert shipped
    assert {f"auditor/{name}" for name in shipped} - set(names) == set()
    assert "auditor/py.typed" in names


def test_source_archive_holds_no_reports(built: Path) -> None:
    """What an audit wrote is nobody else's business; the folder itself is part of the project."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = archive.getnames()
    assert [name for name in names if "/reports/" in name and not name.endswith("/reports/README.md")] == []
    assert any(name.endswith("/pyproject.toml") for name in names)


def test_wheel_runs_from_elsewhere(stranger: Path, tmp_path: Path) -> None:
    """Installed, away from the checkout, a shipped policy is found and sound."""
    where = run(stranger, tmp_path, "-c", "import auditor; print(auditor.__file__)")
    assert Path(where.strip()).is_relative_to(stranger.parent.parent)
    run(stranger, tmp_path, "-m", "auditor", "--help")
    run(stranger, tmp_path, "-m", "auditor", "policy", "lint", "baseline")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def run(python: Path, folder: Path, *arguments: str) -> str:
    done = subprocess.run([python, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

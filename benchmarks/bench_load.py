"""Load 10^6 rows of 6 steps x 6 features from wide Parquet, as an audit does, in the process that is shut in:
seconds, and the memory of both processes against the size of the data.

    python benchmarks/bench_load.py [rows]

The limits of the project: 20 s, and a peak of 3 times the data's size in memory.
"""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np

STEPS, FEATURES = 6, 6
MOST_SECONDS, MOST_TIMES = 20.0, 3.0


def write(folder: Path, rows: int) -> None:
    """Write data.parquet and dataset.yaml; a column at a time, so that this script stays small."""
    import pyarrow as pa
    from pyarrow import parquet

    rng = np.random.default_rng(1)
    columns = {
        f"f{i}_{step}": rng.normal(size=rows).astype("float32") for i in range(FEATURES) for step in range(STEPS)
    }
    columns["id"] = rng.permutation(rows)
    columns["y"] = rng.integers(0, 2, rows)
    columns["sex"] = rng.integers(0, 2, rows)
    parquet.write_table(pa.table(columns), folder / "data.parquet")
    features = "\n".join(
        f"  - {{name: f{i}, columns: [{', '.join(f'f{i}_{step}' for step in range(STEPS))}],"
        " transform: [{standardise: {mean: 0, std: 1}}]}"
        for i in range(FEATURES)
    )
    (folder / "dataset.yaml").write_text(f"""
dataset: bench
task: binary
layout: wide
files: [{{path: data.parquet}}]
split: {{hash: id, test: 0.5}}
entity: id
features:
{features}
target: {{column: y, positive: 1}}
groups: [{{name: sex, column: sex, levels: {{0: a, 1: b}}}}]
inputs: {{sequence: {{input: x, length: {STEPS}}}}}
output: {{kind: probability}}
""")


class Memory:
    """The peak of what this process and those below it hold together, each page counted once; a thread looks."""

    def __init__(self) -> None:
        self.peak, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The peak in bytes."""
        self._over.set()
        self._thread.join()
        return self.peak

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max(self.peak, held())


def held() -> int:
    """Bytes that this process and those below it hold now; what two share is counted half for each (Pss)."""
    below = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return sum(_proportional(one) for one in ("self", *below))


def _proportional(process: str) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has ended
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def measure(folder: Path) -> None:
    """Load as an audit does and print seconds, seconds of processor, peak growth and size in memory (bytes)."""
    from auditor.worker import DataReader

    with closing(DataReader()) as reader:  # an audit starts it while it reads the policy
        time.sleep(3)
        before, watch = held(), Memory()
        start = time.perf_counter()
        opened = reader.read(folder / "dataset.yaml")
        seconds, peak = time.perf_counter() - start, watch.stop() - before
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    busy = sum(one.ru_utime + one.ru_stime for one in used)
    rows = len(opened.test) + len(opened.reference or ())
    print(seconds, busy, peak, opened.test.values.nbytes, rows)


def main() -> int:
    """Print the figures, and 1 where a limit is passed."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, rows)
        size = (folder / "data.parquet").stat().st_size
        out = subprocess.run([sys.executable, __file__, "--child", name], check=True, capture_output=True, text=True)
    seconds, busy, peak, held, loaded = (float(word) for word in out.stdout.split())
    times = peak / held
    print(f"{loaded:,.0f} rows x {STEPS} steps x {FEATURES} features, float32; file {size / 1e6:.0f} MB")
    print(f"seconds               {seconds:8.2f}   (at most {MOST_SECONDS:g})")
    print(f"seconds of processor  {busy:8.2f}   (of both processes with their start; the rest is waiting)")
    print(f"values in memory, MB  {held / 1e6:8.0f}")
    print(f"peak growth, MB       {peak / 1e6:8.0f}   {times:.2f} times the values (at most {MOST_TIMES:g})")
    return int(seconds > MOST_SECONDS or times > MOST_TIMES)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        measure(Path(sys.argv[2]))
    else:
        sys.exit(main())

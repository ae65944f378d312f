"""Load 10^6 rows of 6 steps x 6 features from wide Parquet: seconds, and memory against the size of the data.

    python benchmarks/bench_load.py [rows]

The limits of the project: 20 s, and a peak of 3 times the data's size in memory.
"""

import importlib
import resource
import subprocess
import sys
import tempfile
import time
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


def measure(folder: Path) -> None:
    """Load in this process and print seconds, seconds of processor, peak growth and size in memory (bytes)."""
    from auditor.loaders.dataset import open_dataset

    for name in ("pyarrow.compute", "pyarrow.csv", "pyarrow.parquet"):
        importlib.import_module(name)  # what a program that loads data has paid for already
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    start, busy = time.perf_counter(), time.process_time()
    opened = open_dataset(folder / "dataset.yaml")
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
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
    print(f"seconds of processor  {busy:8.2f}   (of all threads; the rest is waiting)")
    print(f"values in memory, MB  {held / 1e6:8.0f}")
    print(f"peak growth, MB       {peak / 1e6:8.0f}   {times:.2f} times the values (at most {MOST_TIMES:g})")
    return int(seconds > MOST_SECONDS or times > MOST_TIMES)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        measure(Path(sys.argv[2]))
    else:
        sys.exit(main())

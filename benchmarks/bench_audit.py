"""One `auditor run` against the same audit assembled by hand: python benchmarks/bench_audit.py [--baseline FILE]

Both get the same model and the same 30,000 UCI credit rows (9,000 of them test rows), cold, one after the other, in
processes of their own. The baseline is a script that reads models/credit.keras and models/credit.npz below $HANDMADE;
by default handmade.py in ../shared/prototypes. The data come from $AUDITOR_DATA. Times are by the wall and, as other
work on the machine disturbs those, by the processor; memory is that of all processes, shared pages counted once.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
from explaining import Goals
from processes import Peak

from auditor.record import Record

HERE = Path(__file__).parent
FEATURES = ("pay_status", "bill_log", "paid_log", "utilisation", "paid_ratio", "limit_log")
_NOW = """
import json, runpy, sys
import numpy as np
made = runpy.run_path(sys.argv.pop(1), run_name="__main__")
found = {"perf": made["perf"].to_dict("index"), "gaps": made["gaps"]["age"].to_dict("index"), "secs": made["secs"],
         "importance": made["imp"].mean(0).tolist(), "credit": np.abs(made["sv"]).mean(0).sum(0).tolist(),
         "fidelity": float(made["fidelity"]), "rows": sum(made["rows"].values()), "pages": len(made["doc"].pages)}
json.dump(found, open(sys.argv[1] + ".found", "w"))
"""
_IMPORTS = "import auditor.app.run, auditor.cli, scipy.stats, sklearn.tree, pyarrow.parquet, weasyprint"


@dataclass(frozen=True)
class Spent:
    """Seconds by the wall and of all processors, and the largest memory in bytes."""

    wall: float
    cpu: float
    memory: int


def spent(command: list[str], folder: Path, **environment: str) -> Spent:
    """Run to the end. Raises RuntimeError with the last words where it fails."""
    before, start = os.times(), time.perf_counter()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environment, stdout=log, stderr=log)
        peak = Peak(process.pid)
        code = process.wait()
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    if code not in (0, 1):
        raise RuntimeError((folder / "log").read_text()[-2000:])
    return Spent(wall, cpu, peak.stop())


def prepare(folder: Path) -> None:
    """The model, and the arrays for both."""
    import keras
    import pandas as pd

    table = pd.read_parquet(Path(os.environ["AUDITOR_DATA"]) / "uci_credit_default.parquet")
    months = [6, 5, 4, 3, 2, 1]
    pay = np.stack([table[f"PAY_{0 if month == 1 else month}"] for month in months], 1).astype(float)
    bill, paid = (np.stack([table[f"{name}{month}"] for month in months], 1) for name in ("BILL_AMT", "PAY_AMT"))
    limit = np.repeat(table["LIMIT_BAL"].to_numpy(float)[:, None], 6, 1)
    ratio = np.clip(paid / np.maximum(bill, 1), 0, 2)
    columns = [pay, np.log1p(np.maximum(bill, 0)), np.log1p(paid), np.clip(bill / limit, -1, 2), ratio, np.log(limit)]
    x = np.stack(columns, 2)
    x = ((x - x.mean((0, 1))) / x.std((0, 1))).astype(np.float32)
    y, test = table["default_next_month"].to_numpy(), np.random.default_rng(0).random(len(x)) < 0.3
    keras.utils.set_random_seed(0)
    layers = [keras.Input((6, 6), name="sequence"), keras.layers.LSTM(64, return_sequences=True)]
    model = keras.Sequential([*layers, keras.layers.LSTM(32), keras.layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x[~test], y[~test], batch_size=256, epochs=3, verbose=0)
    (folder / "models").mkdir()
    model.save(folder / "models" / "credit.keras")
    people = {"y": y, "sex": table["SEX"].to_numpy(), "age": table["AGE"].to_numpy()}
    np.savez(folder / "models" / "credit.npz", X=x, tr=np.flatnonzero(~test), te=np.flatnonzero(test), **people)
    np.savez(folder / "arrays.npz", x=x, part=np.where(test, "test", "reference"), id=np.arange(len(x)), **people)
    features = "".join(f"  - {{name: {name}, index: {at}}}\n" for at, name in enumerate(FEATURES))
    (folder / "dataset.yaml").write_text(_DATA + features)
    (folder / "audit.yaml").write_text(_AUDIT.format(policy=HERE / "audit_policy.yaml"))


_DATA = """dataset: credit
version: 1
description: Clients of a bank in Taiwan.
source: UCI Machine Learning Repository, doi 10.24432/C55S3H.
task: binary
layout: tensor
files:
  - {path: arrays.npz}
arrays: {values: x, entity: id, target: y}
split: {column: part, test: test, reference: reference}
target: {name: default, positive: 1}
groups:
  - {name: sex, column: sex, levels: {1: male, 2: female}}
  - {name: age, column: age, cut: [30, 40, 50, 60]}
inputs:
  sequence: {input: sequence, length: 6}
  provenance: Standardised before, by bench_audit.py
output: {kind: probability}
features:
"""
_AUDIT = """model:
  {{file: models/credit.keras, name: Credit LSTM, version: 1.0.0, owner: benchmark, intended_use: benchmark,
  population: clients, materiality: low}}
data: dataset.yaml
policy: {policy}
decision: {{threshold: 0.5, action: refuse, favourable: below}}
language: en
budget: {{evaluations: 2.0e+7, minutes: 60}}
"""


def compare(record: Record, theirs: dict[str, Any], goals: Goals) -> None:
    """The same numbers within their intervals, the same features in front."""
    found = {entry.check: entry.measurement for entry in record.measured.values() if entry.measurement}
    ages = {
        entry.check: entry.measurement
        for entry in record.measured.values()
        if entry.measurement and entry.params.get("attribute") == "age"
    }

    def same(name: str, check: str, quantity: str, other: dict[str, float]) -> None:
        own = found[check].quantities[quantity].parts[""]
        span = own.interval(0.95)
        inside = span.low <= other["value"] <= span.high and other["low"] <= own.value <= other["high"]
        told = f"{own.value:.4f}, {other['value']:.4f}"
        goals.add(f"{name}, ours and by hand, each in the other's interval", "same", told, inside)

    perf = theirs["perf"]
    same("AUROC", "performance.discrimination", "auroc", perf["AUROC"])
    same("Average precision", "performance.discrimination", "average_precision", perf["AUPRC"])
    same("Brier score", "performance.calibration", "brier", perf["Brier"])
    same("Sensitivity", "performance.threshold", "sensitivity", perf["Sensitivity"])
    same("Specificity", "performance.threshold", "specificity", perf["Specificity"])
    pairs = ages["bias.equalised_odds"].quantities["odds_difference"].parts
    widest = max(abs(pair.value) for name, pair in pairs.items() if name.startswith("false negatives"))
    gap = theirs["gaps"]["TPR"]
    told = f"{widest:.4f}, {gap['gap']:.4f}"
    goals.add("Largest gap of sensitivity by age", "same", told, gap["low"] <= widest <= gap["high"])
    for name, check, quantity, values in (
        ("permutation", "importance.permutation", "importance", theirs["importance"]),
        ("expected gradients", "importance.attribution", "share", theirs["credit"]),
    ):
        parts = found[check].quantities[quantity].parts
        own = [parts[feature].value for feature in FEATURES]
        order = np.corrcoef(*(np.argsort(np.argsort(each)) for each in (own, values)))[0, 1]
        goals.add(f"Rank correlation of features by {name}", ">= 0.8", f"{order:.2f}", order >= 0.8)
    fidelity = found["surrogate.fidelity"].quantities["agreement"].parts[""].value
    told = f"{fidelity:.3f}, {theirs['fidelity']:.3f}"
    goals.add("The tree decides as the model does, not worse", "by hand", told, fidelity >= theirs["fidelity"] - 0.01)


def main() -> None:
    """Print times, memory, numbers, and which goals were reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = HERE.parent.parent / "shared" / "prototypes" / "handmade.py"
    parser.add_argument("--baseline", type=Path, default=default, help="the script of the audit made by hand")
    baseline, goals = parser.parse_args().baseline.resolve(), Goals()
    if not baseline.is_file() or "AUDITOR_DATA" not in os.environ:
        print(f"not run: it needs {baseline} (--baseline), and AUDITOR_DATA with uci_credit_default.parquet")
        return
    print("load before:", *(f"{each:.1f}" for each in os.getloadavg()))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        auditor = [sys.executable, "-m", "auditor", "run", str(folder / "audit.yaml"), "--quiet", "--out", "audit"]
        ours = spent(auditor, folder)
        record = Record.model_validate_json((folder / "audit" / "record.json").read_text())
        for key, entry in record.measured.items():
            print(f"  {key:40} {record.run.check_seconds[key]:6.2f} s {entry.evaluations:9,} rows {entry.reason}")
        print(f"auditor run: {ours}; {record.run.evaluations:,} evaluations", flush=True)
        imports = [spent([sys.executable, "-c", each], folder) for each in (_IMPORTS, "import keras")]
        theirs = spent([sys.executable, "-c", _NOW, str(baseline), "by_hand.pdf"], folder, HANDMADE=str(folder))
        found = json.loads((folder / "by_hand.pdf.found").read_text())
        print(f"by hand: {theirs}; {found['rows']:,} evaluations, {found['pages']} pages; parts:", found["secs"])
    for name, a, b in (("by the wall", theirs.wall, ours.wall), ("by processor time", theirs.cpu, ours.cpu)):
        goals.add(f"Times faster with imports, {name}", ">= 6 x", f"{a / b:.1f} x", a / b >= 6)
    without = (theirs.wall - found["secs"]["import"]) / max(0.1, ours.wall - sum(each.wall for each in imports))
    goals.add("Times faster without imports, by the wall", ">= 15 x", f"{without:.1f} x", without >= 15)
    told = f"{ours.memory / 2**20:.0f}, {theirs.memory / 2**20:.0f} MB"
    goals.add("Peak memory of all processes, ours and by hand", "no higher", told, ours.memory <= theirs.memory)
    compare(record, found, goals)
    print("Ours has exact Shapley values of 60 rows (by hand sampled ones of 20), no LIME, no accuracy by group")
    goals.show()
    print("load after:", *(f"{each:.1f}" for each in os.getloadavg()))


if __name__ == "__main__":
    main()

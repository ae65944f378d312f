"""What is true of the simulated book and of the committed model, counted on 200,000 fresh accounts.

README.md quotes what this prints. Run from the top of the repository, about a minute:

    python -m examples.credit_simulated.truth
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from sklearn.metrics import roc_auc_score

from auditor.loaders.dataset import open_dataset
from examples.credit_simulated.simulate import REGIONS, book
from examples.training import Array, encoded, scores, seeded

HERE = Path(__file__).parent
ACCOUNTS, SEED, THRESHOLD = 200_000, 7, 0.25


def model_scores(lines: pd.DataFrame, static: pd.DataFrame, looks: pd.DataFrame) -> Array:
    """The committed model's scores of the looks, in their order, which is (account, month)."""
    import keras

    spec = YAML(typ="safe").load(HERE / "dataset.yaml")
    del spec["recorded_score"]
    spec["files"] = [{"path": "lines.parquet"}]
    outcomes = looks[["account", "month", "default"]].astype({"default": "float32"})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines.merge(outcomes, on=["account", "month"], how="left").to_parquet(folder / "lines.parquet")
        static.to_parquet(folder / "accounts.parquet")
        YAML(typ="safe").dump(spec, folder / "dataset.yaml")
        opened = open_dataset(folder / "dataset.yaml")
    if not np.array_equal(opened.test.y, looks["default"]):
        raise ValueError("the rows of the data set are not in the order of the looks")
    return scores(keras.saving.load_model(HERE / "model.keras"), encoded(opened, opened.test))


def main() -> None:
    """Print the truth: of the process, of each of its parts, and of the model in each group."""
    seeded(SEED)
    lines, static, looks = book(ACCOUNTS, SEED)
    looks = looks.sort_values(["account", "month"], ignore_index=True)
    event, parts = looks["default"].to_numpy(bool), looks.drop(columns=["account", "month", "default"])
    risk, score = parts.sum(axis=1), model_scores(lines, static, looks)
    print(f"{len(looks):,} looks, {event.mean():.4f} default")
    print(
        f"AUROC of the true log-odds {roc_auc_score(event, risk):.4f}, of the model {roc_auc_score(event, score):.4f}"
    )
    for name in parts:
        print(f"  drop without {name}: {roc_auc_score(event, risk) - roc_auc_score(event, risk - parts[name]):.4f}")
    about = static.set_index("account").loc[looks["account"]]
    about["age"] = pd.cut(about["age"], [0, 39, 59, 99], labels=["below 40", "40 to 59", "60 and over"])
    for attribute, levels in {"region": REGIONS, "sex": ("female", "male"), "age": about["age"].cat.categories}.items():
        for level in levels:
            found = score[(about[attribute] == level).to_numpy() & event] >= THRESHOLD
            print(f"  {attribute} {level}: sensitivity of the model {found.mean():.4f} of {len(found):,} defaults")


if __name__ == "__main__":
    main()

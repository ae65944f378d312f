"""Train the LSTM of this example on the reference accounts.

Run from the top of the repository, about half a minute:

    python -m examples.credit_simulated.simulate
    python -m examples.credit_simulated.train
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from examples.training import Array, finish, fit, fitted, save, seeded, told

HERE = Path(__file__).parent


def build() -> Any:
    """12 months of 7 features and 2 indicators, and 2 static values, to the probability of default."""
    from keras import Input, Model, layers

    sequence, static = Input((12, 9), name="sequence"), Input((2,), name="static")
    history = layers.LSTM(32, name="history")(layers.Masking(0.0, name="months")(sequence))
    both = layers.Concatenate(name="both")([history, static])
    hidden = layers.Dense(16, activation="relu", name="hidden")(layers.Dropout(0.1, name="dropout")(both))
    return Model([sequence, static], layers.Dense(1, activation="sigmoid", name="default")(hidden))


def record(score: Array, y: Array) -> None:
    """Write the scores on the test lines where the bank looked: the column that the audit replicates.

    The rows of a data set are in the order (account, month), and so are the lines of the file.
    """
    lines = pd.read_parquet(HERE / "test.parquet").drop(columns="pd", errors="ignore")
    looked = lines["default"].notna()
    if not np.array_equal(lines.loc[looked, "default"], y):
        raise ValueError("the rows of the data set are not in the order of the file's lines")
    lines.loc[looked, "pd"] = np.round(score, 6)
    lines.astype({"pd": "float32"}).to_parquet(HERE / "test.parquet", compression="zstd", index=False)


def main() -> None:
    """Fit the constants, train, print the held-out figures, save the model and the scores."""
    seeded(1)
    opened = fitted(HERE / "dataset.yaml")
    model = fit(build(), opened, "binary_crossentropy", rate=3e-3, epochs=60, seed=1)
    score = told(opened, model)
    save(model, HERE / "model.keras")
    record(score, opened.test.y)
    finish(HERE / "dataset.yaml")


if __name__ == "__main__":
    main()

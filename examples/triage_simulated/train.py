"""Train the LSTM of this example on the reference patients.

Run from the top of the repository:

    python -m examples.triage_simulated.simulate
    python -m examples.triage_simulated.train
"""

from pathlib import Path
from typing import Any

import numpy as np

from examples.training import Array, finish, fit, fitted, save, seeded, told

HERE = Path(__file__).parent


def build() -> Any:
    """Up to 16 readings of 6 vital signs to the probabilities of 3 classes; readings of -10 are padding."""
    from keras import Input, Model, layers

    sequence = Input((16, 6), name="sequence")
    history = layers.LSTM(24, name="history")(layers.Masking(-10.0, name="readings")(sequence))
    kept = layers.Dropout(0.1, name="dropout")(history)
    return Model(sequence, layers.Dense(3, activation="softmax", name="triage")(kept))


def record(score: Array, y: Array) -> None:
    """Write the test patients' scores beside their readings: the arrays that the audit replicates."""
    with np.load(HERE / "triage.npz") as file:
        arrays = {name: file[name] for name in file.files}
    test = arrays["part"] == "test"
    if not np.array_equal(arrays["triage"][test], y):
        raise ValueError("the rows of the data set are not in the order of the file's patients")
    for i, name in enumerate(("p_routine", "p_urgent", "p_immediate")):
        arrays[name] = np.full(len(test), np.nan, dtype="float32")
        arrays[name][test] = np.round(score[:, i], 6)
    np.savez_compressed(HERE / "triage.npz", allow_pickle=False, **arrays)


def main() -> None:
    """Fit the constants, train, print the held-out figures, save the model and the scores."""
    seeded(5)
    opened = fitted(HERE / "dataset.yaml")
    model = fit(build(), opened, "sparse_categorical_crossentropy", rate=5e-3, epochs=80, seed=5)
    score = told(opened, model)
    save(model, HERE / "model.keras")
    record(score, opened.test.y)
    finish(HERE / "dataset.yaml")


if __name__ == "__main__":
    main()

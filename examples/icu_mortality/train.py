"""Train the GRU of this example on the 70 % of stays that are not held out.

Run from the top of the repository:

    AUDITOR_DATA=$(python examples/fetch.py) python -m examples.icu_mortality.train
"""

from pathlib import Path
from typing import Any

from examples.training import finish, fit, fitted, save, seeded, told

HERE = Path(__file__).parent


def build() -> Any:
    """48 hours of 37 values and 36 indicators, age and the ICU's type, to the probability of death in hospital."""
    from keras import Input, Model, layers, regularizers

    sequence, static = Input((48, 73), name="sequence"), Input((5,), name="static")
    hours = layers.SpatialDropout1D(0.3, name="dropped_variables")(sequence)
    hours = layers.Dense(24, activation="tanh", kernel_regularizer=regularizers.L2(4e-3), name="hour")(hours)
    states = layers.GRU(32, return_sequences=True, name="history")(hours)
    pooled = layers.GlobalAveragePooling1D(name="pooled")(states)
    both = layers.Concatenate(name="both")([pooled, static])
    both = layers.Dropout(0.4, name="dropout")(both)
    return Model([sequence, static], layers.Dense(1, activation="sigmoid", name="death")(both))


def main() -> None:
    """Fit the constants, train, print the held-out figures, save the model."""
    seeded(3)
    opened = fitted(HERE / "dataset.yaml")
    model = fit(build(), opened, "binary_crossentropy", rate=3e-3, epochs=60, seed=3)
    told(opened, model)
    save(model, HERE / "model.keras")
    finish(HERE / "dataset.yaml")


if __name__ == "__main__":
    main()

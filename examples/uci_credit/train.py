"""Train the LSTM of this example on the 70 % of clients that are not held out.

Run from the top of the repository:

    AUDITOR_DATA=$(python examples/fetch.py) python -m examples.uci_credit.train
"""

from pathlib import Path
from typing import Any

from examples.training import finish, fit, fitted, save, seeded, told

HERE = Path(__file__).parent


def build() -> Any:
    """6 months of 3 features, and the credit limit, to the probability of default."""
    from keras import Input, Model, layers

    sequence, static = Input((6, 3), name="sequence"), Input((1,), name="static")
    monthly = layers.LSTM(64, return_sequences=True, name="monthly")(sequence)
    history = layers.LSTM(32, name="history")(layers.Dropout(0.2, name="dropout")(monthly))
    both = layers.Concatenate(name="both")([history, static])
    hidden = layers.Dense(32, activation="relu", name="hidden")(both)
    return Model([sequence, static], layers.Dense(1, activation="sigmoid", name="default")(hidden))


def main() -> None:
    """Fit the constants, train, print the held-out figures, save the model."""
    seeded(2)
    opened = fitted(HERE / "dataset.yaml")
    model = fit(build(), opened, "binary_crossentropy", rate=2e-3, epochs=40, seed=2)
    told(opened, model)
    save(model, HERE / "model.keras")
    finish(HERE / "dataset.yaml")


if __name__ == "__main__":
    main()

"""Train the forecast of this example on the hours of 2010 to 2013.

Run from the top of the repository:

    AUDITOR_DATA=$(python examples/fetch.py) python -m examples.air_quality.train
"""

from pathlib import Path
from typing import Any

import numpy as np

from auditor.loaders.dataset import Opened
from examples.training import finish, fit, fitted, reference_of, save, seeded, told

HERE = Path(__file__).parent


def build(mean: float, spread: float) -> Any:
    """24 hours of 11 values and an indicator to PM2.5 in 6 hours, µg/m³; `mean`, `spread`: of the target."""
    from keras import Input, Model, layers

    sequence = Input((24, 12), name="sequence")
    history = layers.LSTM(48, name="history")(sequence)
    hidden = layers.Dense(32, activation="relu", name="hidden")(layers.Dropout(0.2, name="dropout")(history))
    standard = layers.Dense(1, name="standardised")(hidden)
    return Model(sequence, layers.Rescaling(spread, offset=mean, name="pm25")(standard))


def persistence(opened: Opened) -> None:
    """Print the errors of the plainest forecast: what was last measured stays."""
    test = opened.test
    dust = test.block(None, opened.encoder.width).values[:, :, 0]
    last = np.array([row[~np.isnan(row)][-1] if (~np.isnan(row)).any() else np.nan for row in dust])
    error = (last - test.y)[~np.isnan(last)]
    print(f"persistence: MAE {np.abs(error).mean():.2f}, RMSE {np.sqrt((error**2).mean()):.2f} on {len(error):,} rows")


def main() -> None:
    """Fit the constants, train, print the held-out figures, save the model."""
    seeded(4)
    opened = fitted(HERE / "dataset.yaml")
    y = reference_of(opened).y
    model = fit(build(float(y.mean()), float(y.std())), opened, "mean_squared_error", rate=2e-3, epochs=60, seed=4)
    told(opened, model)
    persistence(opened)
    save(model, HERE / "model.keras")
    finish(HERE / "dataset.yaml")


if __name__ == "__main__":
    main()

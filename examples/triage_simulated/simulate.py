"""Simulated vital signs of patients in an emergency department; README.md tells the process in words.

Run from the top of the repository; writes triage.npz beside this file, the same bytes every time:

    python -m examples.triage_simulated.simulate
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
CLASSES = ("routine", "urgent", "immediate")
STEPS = 16  # quarters of an hour
USUAL = np.array([80.0, 16.0, 97.0, 130.0, 37.0, 4.0])  # heart rate, breaths, SpO2, systolic pressure, °C, pain
PER_SEVERITY = np.array([14.0, 4.0, -2.2, -11.0, 0.35, 0.0])  # pain has no effect
OWN_SPREAD = np.array([10.0, 2.0, 1.0, 12.0, 0.3, 2.0])  # between patients
NOISE = np.array([4.0, 1.5, 0.8, 6.0, 0.1, 1.0])  # between readings
DIGITS = (0, 0, 0, 0, 1, 0)
LOW, HIGH = np.array([30, 6, 70, 60, 34, 0.0]), np.array([200, 60, 100, 220, 42, 10.0])


def patients(n: int, seed: int) -> dict[str, NDArray[np.generic]]:
    """Readings (n, 16, 6), right-padded with 0 after `lengths`; classes; sex; all named as in dataset.yaml.

    Severity rises or falls in a straight line; the class is cut from the severity two hours after the last reading.
    """
    rng = np.random.default_rng(seed)
    lengths = rng.integers(4, STEPS + 1, n)
    level, slope = rng.normal(0, 0.8, n), rng.normal(0, 0.10, n)
    severity = level[:, None] + slope[:, None] * np.arange(STEPS)
    own = rng.normal(size=(n, 6)) * OWN_SPREAD
    readings = USUAL + own[:, None] + severity[..., None] * PER_SEVERITY + rng.normal(size=(n, STEPS, 6)) * NOISE
    readings = np.clip(readings, LOW, HIGH)
    for i, digits in enumerate(DIGITS):
        readings[..., i] = readings[..., i].round(digits)
    readings[np.arange(STEPS) >= lengths[:, None]] = 0
    outcome = level + slope * (lengths + 7) + rng.normal(0, 0.35, n)
    return {
        "readings": readings.astype("float32"),
        "lengths": lengths.astype("int16"),
        "triage": np.digitize(outcome, [0.3, 1.4]).astype("int8"),
        "sex": rng.choice(np.array(["female", "male"]), n),
        "patient": np.arange(1, n + 1, dtype="int32"),
        "part": np.where(np.arange(n) < 0.7 * n, "reference", "test"),
    }


def main() -> None:
    """Write triage.npz."""
    np.savez_compressed(HERE / "triage.npz", allow_pickle=False, **patients(8000, 2026))


if __name__ == "__main__":
    main()

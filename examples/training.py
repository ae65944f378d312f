"""What the five training scripts share: constants fitted on reference rows, seeds, held-out figures, saving.

The transforms themselves are the auditor's own (`auditor.loaders`), so a model is trained on what it is audited on.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from auditor.dataset import Dataset
from auditor.loaders.dataset import Opened, open_dataset

Array = NDArray[np.floating[Any]]
Arrays = dict[str, Array]
_YAML = YAML()
_YAML.width = 4096
_YAML.preserve_quotes = True
_YAML.brace_single_entry_mapping_in_flow_sequence = True
_YAML.indent(mapping=2, sequence=4, offset=2)


def seeded(seed: int) -> None:
    """Make Keras repeat itself on this machine, with two threads."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)


def fitted(path: Path) -> Opened:
    """Fit the constants of dataset.yaml's transforms on its reference rows, write them into it, and open it.

    Recorded scores and digests are those of the last training, so they are left out here; `finish` writes them again.
    """
    spec = _YAML.load(path)
    draft = path.with_name(".draft.yaml")
    reference = reference_of(_open_draft(spec, draft))
    lines = np.concatenate([np.arange(a, b) for a, b in zip(reference.starts, reference.stops, strict=True)])
    for i, feature in enumerate(spec["features"]):
        _fit(feature, reference.values[lines, i].astype(float))
    for i, feature in enumerate(spec.get("static", [])):
        _fit(feature, reference.static[:, i].astype(float))
    _YAML.dump(spec, path)
    return _open_draft(spec, draft)


def _open_draft(spec: CommentedMap, draft: Path) -> Opened:
    plain = {key: value for key, value in spec.items() if key != "recorded_score"}
    plain["files"] = [{k: v for k, v in file.items() if k != "sha256"} for file in spec["files"]]
    try:
        _YAML.dump(plain, draft)
        return open_dataset(draft)
    finally:
        draft.unlink(missing_ok=True)


def _fit(feature: CommentedMap, values: Array) -> None:
    """Set impute to the median, standardise to mean and deviation of `values` (lines,) as they arrive there."""
    known = values[~np.isnan(values)]
    for step in feature.get("transform", []):
        (name,) = step
        if name == "impute" and feature["kind"] == "numeric":
            step[name] = _short(float(np.median(known)))
        elif name == "clip":
            known = np.clip(known, *step[name])
        elif name == "log1p":
            known = np.log1p(known)
        elif name == "standardise":
            step[name]["mean"], step[name]["std"] = _short(float(known.mean())), _short(float(known.std()) or 1.0)


def _short(number: float) -> float:
    return float(f"{number:.5g}")


def encoded(opened: Opened, dataset: Dataset) -> Arrays:
    """The model inputs of all rows of a data set: input name -> (rows, ...) float32."""
    return dict(opened.encoder.encode(dataset.block(None, opened.encoder.width)))


def reference_of(opened: Opened) -> Dataset:
    """The reference rows. Raises ValueError where the data set has none."""
    if opened.reference is None:
        raise ValueError(f"{opened.spec.dataset} gives no reference rows to train on")
    return opened.reference


def split_off(dataset: Dataset, share: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to train on and rows to stop on: all rows of an entity on one side; of a single series, the latest rows."""
    entities = np.unique(dataset.entity)
    if len(entities) == 1:
        aside = dataset.index_time > np.sort(dataset.index_time)[int((1 - share) * len(dataset))]
    else:
        chosen = np.random.default_rng(seed).random(len(entities)) < share
        aside = np.isin(dataset.entity, entities[chosen])
    return np.flatnonzero(~aside), np.flatnonzero(aside)


def scores(model: Any, inputs: Arrays) -> Array:
    """The trained model's own output, as its developer would compute it: (rows,) or (rows, classes)."""
    out = np.asarray(model.predict(inputs, batch_size=1024, verbose=0))
    return out[:, 0] if out.shape[-1] == 1 else out


def fit(model: Any, opened: Opened, loss: str, rate: float, epochs: int, seed: int) -> Any:
    """Train on reference rows, stop on a seventh of their entities; gives the best model without its optimiser."""
    import keras

    reference = reference_of(opened)
    inputs, (train, stop) = encoded(opened, reference), split_off(reference, 1 / 7, seed)
    model.compile(optimizer=keras.optimizers.Adam(rate, clipnorm=1.0), loss=loss)
    model.fit(
        {name: array[train] for name, array in inputs.items()},
        reference.y[train],
        validation_data=({name: array[stop] for name, array in inputs.items()}, reference.y[stop]),
        epochs=epochs,
        batch_size=256,
        verbose=2,
        callbacks=[
            keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=2),
            keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True),
        ],
    )
    bare = keras.Model.from_config(model.get_config())
    bare.set_weights(model.get_weights())
    return bare


def save(model: Any, path: Path, limit: int = 500_000) -> None:
    """Save the model, and refuse a file of `limit` bytes or more."""
    model.save(path)
    if path.stat().st_size >= limit:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes; an example's model stays below {limit:,}")


def told(opened: Opened, model: Any) -> Array:
    """Print the figures on the test rows that suit the task, and give the scores there."""
    from sklearn import metrics

    y, task = opened.test.y, opened.test.task
    score = scores(model, encoded(opened, opened.test))
    if task == "regression":
        figures = {
            "MAE": metrics.mean_absolute_error(y, score),
            "RMSE": metrics.root_mean_squared_error(y, score),
            "R2": metrics.r2_score(y, score),
        }
    elif task == "binary":
        figures = {"AUROC": metrics.roc_auc_score(y, score), "Brier": metrics.brier_score_loss(y, score)}
    else:
        figures = {
            "macro AUROC": metrics.roc_auc_score(y, score, multi_class="ovr"),
            "accuracy": metrics.accuracy_score(y, score.argmax(axis=1)),
        }
    print(f"{len(y):,} test rows:", ", ".join(f"{name} {figure:.4f}" for name, figure in figures.items()))
    return score


def finish(path: Path) -> None:
    """Write the digests of the data files into dataset.yaml, and open it as the auditor will."""
    spec = _YAML.load(path)
    for file in spec["files"]:
        file["sha256"] = hashlib.sha256((path.parent / os.path.expandvars(file["path"])).read_bytes()).hexdigest()
    _YAML.dump(spec, path)
    open_dataset(path)

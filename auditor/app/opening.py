"""A model behind its door, with the data and the words that belong to it: what every use of a model begins with."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Protocol

import numpy as np

from auditor import engine
from auditor.app.order import Order
from auditor.artifact import Trusted
from auditor.dataset import Dataset
from auditor.errors import AuditorError, FileFault, ModelFault
from auditor.loaders.dataset import Opened
from auditor.model import Model, Shape, check_signature
from auditor.sparing import without
from auditor.subject import Encoder, Identity, Subject, check_output
from auditor.worker import open_model
from auditor.worker.process import Child

_log = logging.getLogger(__name__)


class Progress(engine.Progress, Protocol):
    """Who is told how the audit goes, from its first step."""

    def step(self, words: str) -> None:
        """What is being done before the checks begin."""
        ...

    def planned(self, rows: int | None) -> None:
        """Model evaluations that the whole audit will take, None where it cannot be told."""
        ...

    def rows(self, done: int) -> None:
        """Model evaluations so far."""
        ...


@contextmanager
def opened_subject(
    order: Order, opened: Opened, trusted: tuple[Trusted, ...], progress: Progress, child: Child | None = None
) -> Iterator[Subject]:
    """What is audited, its model open in a process of its own that ends with the block.

    child: that process, where it was started before.

    Raises Refused for a model file that is not opened, FileFault where model and data do not fit.
    """
    model = open_model(
        order.model,
        memory_bytes=order.memory_bytes,
        seconds=60 * order.budget.minutes,
        progress=progress.rows,
        trusted=trusted,
        signature_key=order.signature_key,
        meanwhile=_ready,
        child=child,
    )
    try:
        columns = {name: [column.name for column in given] for name, given in opened.encoder.columns.items()}
        check_signature(model.description, sent(opened.encoder, opened.test), columns)
        subject = subject_of(order, opened, model)
        _probe(subject)
        yield subject
    finally:
        model.close()


def can_draw() -> None:
    """Raise FileFault where the libraries for a PDF are missing: better now than after the work."""
    from auditor.render.pdf import ready

    try:
        ready()
    except OSError as error:
        remedy = "On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        raise FileFault(f"the PDF cannot be made, a library is missing: {error}", remedy=remedy) from error


def _ready() -> None:
    """Import what takes checks a second, while TensorFlow starts on another core."""
    with without("pandas"):
        import_module("sklearn.tree")


def subject_of(order: Order, opened: Opened, model: Model) -> Subject:
    """Model and data with what people wrote of them."""
    spec = order.spec
    return Subject(
        model=model,
        test=opened.test,
        reference=opened.reference,
        calibration=opened.calibration,
        encoder=opened.encoder,
        output=opened.output,
        decision=spec.decision,
        identity=Identity.model_validate(spec.model.model_dump(exclude={"file", "signature_key"})),
        seed=spec.seed,
        smallest_cell=order.policy.policy.statistics.smallest_cell,
    )


def sent(encoder: Encoder, data: Dataset) -> Mapping[str, Shape]:
    """The shape of each model input as the data set would send it; None along an axis that follows the rows' length."""
    widths = (encoder.width, encoder.width) if encoder.width else (1, 2)
    nobody = np.array([], dtype=int)
    one, other = (encoder.encode(data.block(nobody, width)) for width in widths)
    return {
        name: tuple(a if a == b else None for a, b in zip(one[name].shape[1:], other[name].shape[1:], strict=True))
        for name in one
    }


def _probe(subject: Subject) -> None:
    """Refuse an output of another kind than declared. A model that fails here fails in the checks, as findings."""
    try:
        check_output(subject)
    except ModelFault as fault:
        _log.info("the output could not be tried: %s", fault)
    except AuditorError:
        raise
    except Exception as error:  # noqa: BLE001 - the checks will tell, as findings
        _log.info("the output could not be tried: %s", error)

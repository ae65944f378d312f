"""Event files, read back by TensorBoard itself."""

from __future__ import annotations

import builtins
import io

import numpy as np
import pytest
from render.sample import sample as unprintable
from render.small import small

from auditor.errors import WrittenFault
from auditor.render.events import write_events
from auditor.render.plain import printable


def sample():
    """With what cannot be seen spelled out, as it is in every report."""
    return printable(unprintable())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("events")
    weights = {"lstm/kernel": np.linspace(-1, 1, 200).reshape(10, 20), "lstm/bias": np.array([1.0, np.nan, 2.0])}
    return write_events(folder, unprintable(), weights), weights


@pytest.fixture(scope="module")
def read(written):
    """What TensorBoard finds in the folder."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(written[0]), size_guidance={"images": 0, "scalars": 0, "histograms": 0, "tensors": 0})
    found.Reload()
    return found


def test_every_estimate_is_a_scalar_with_the_ends_of_its_interval(read):
    """To float32, under check, quantity and part; an end that is unbounded is left out."""
    expected = {}
    for key, entry in sample().measured.items():
        for quantity, told in (entry.measurement.quantities if entry.measurement else {}).items():
            for part, estimate in told.parts.items():
                tag = "/".join(piece for piece in (key, quantity, part.replace("/", "|")) if piece)
                low, high = estimate.interval(0.95)
                ends = {tag: estimate.value, f"{tag} (low)": low, f"{tag} (high)": high}
                expected |= {name: value for name, value in ends.items() if np.isfinite(value)}
    assert len(expected) > 10
    actual = {tag: read.Scalars(tag)[0].value for tag in read.Tags()["scalars"]}
    assert 1.0 == actual.pop("weights not finite/lstm/bias")
    assert expected.keys() == actual.keys()
    assert all(actual[tag] == pytest.approx(value, rel=1e-6) for tag, value in expected.items())


def test_drawings_are_pictures(read):
    """As many as the record shows; each opens, on white, in the size that is told."""
    from PIL import Image

    drawn = sum(
        shown.kind in ("lines", "bars", "heatmap", "tree")
        for entry in sample().measured.values()
        for shown in (entry.measurement.shown if entry.measurement else ())
    )
    tags = read.Tags()["images"]
    assert drawn == sum(len(read.Images(tag)) for tag in tags) > 2
    event = read.Images(tags[0])[0]
    picture = Image.open(io.BytesIO(event.encoded_image_string))
    assert (event.width, event.height) == picture.size
    assert (255, 255, 255, 255) == picture.convert("RGBA").getpixel((0, 0))


def test_weights_are_histograms_of_what_is_finite(read, written):
    histogram = read.Histograms("weights/lstm/kernel")[0].histogram_value
    kernel = written[1]["lstm/kernel"]
    assert (200, pytest.approx(-1), pytest.approx(1)) == (histogram.num, histogram.min, histogram.max)
    assert pytest.approx((kernel**2).sum()) == histogram.sum_squares
    assert 2 == read.Histograms("weights/lstm/bias")[0].histogram_value.num


def test_the_verdict_is_told(read):
    text = read.Tensors("verdict/text_summary")[0].tensor_proto.string_val[0].decode()
    assert text.startswith(f"**{sample().verdict}**")


def test_the_same_record_gives_the_same_bytes(written, tmp_path):
    one, other = (write_events(tmp_path, small(), written[1]).read_bytes() for _ in range(2))
    assert one == other
    assert 1 == len(list(tmp_path.iterdir()))


def test_without_the_extra_its_name_is_told(monkeypatch, tmp_path):
    own = builtins.__import__

    def missing(name, *rest):
        if name.startswith("tensorboardX"):
            raise ImportError("No module named 'tensorboardX'")
        return own(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(WrittenFault, match="tensorboardX is needed") as caught:
        write_events(tmp_path, sample(), {})
    assert "pip install 'auditor[tensorboard]'" == caught.value.problems[0].remedy

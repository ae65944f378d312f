"""Batches: every row once, few sizes, never by a clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Description, Layer
from auditor.worker.composition import exact, largest_batch, padded


@given(st.integers(0, 50_000), st.sampled_from([8, 64, 1024, 8192]))
def test_every_row_goes_once_and_little_is_padded(rows, largest):
    """At most three sizes, none above the largest, and fewer padded rows than real ones or the smallest size."""
    calls = list(padded(rows, largest))
    assert rows == sum(sent for sent, _ in calls)
    sizes = {batch for _, batch in calls}
    assert sizes <= {largest, largest // 8, largest // 64}
    assert all(0 < sent <= batch for sent, batch in calls)
    assert sum(batch - sent for sent, batch in calls) <= max(rows, largest // 64, 8)


def test_a_large_batch_is_not_filled_up_by_half():
    """Rows that do not nearly fill the largest batch go in smaller ones, instead of with as many padded rows."""
    assert [(1024, 1024)] * 4 + [(904, 1024)] == list(padded(5000, 8192))
    assert [(7500, 8192)] == list(padded(7500, 8192))
    assert [(128, 128)] * 3 + [(116, 128)] == list(padded(500, 8192))


@given(st.integers(0, 10_000), st.integers(1, 3000))
def test_a_fixed_batch_is_never_cut(rows, batch):
    """Only the last request holds anything but whole batches."""
    requests = list(exact(rows, batch))
    assert rows == sum(sent for sent, _ in requests)
    assert all(batch == size for _, size in requests)
    assert all(sent % batch == 0 for sent, _ in requests[:-1])


def description(*shapes):
    layers = tuple(Layer(f"layer{i}", "LSTM", shape, 0) for i, shape in enumerate(shapes))
    return Description("m", "", 0, "keras-v3", "", (), (), layers, 0, 0, (), {})


def test_the_largest_batch_follows_from_the_widest_layer():
    """Small rows 8192 at once; wide ones as many as fit into 32 MiB, an open length counted as the one sent."""
    assert 8192 == largest_batch(description((6, 64), (1,)), {"sequence": (6, 6)})
    assert 2048 == largest_batch(description((48, 64), None), {"sequence": (48, 74)})
    assert 1024 == largest_batch(description((None, 64)), {"sequence": (100, 4)})
    assert 8 == largest_batch(description((10_000, 1000)), {"sequence": (10_000, 4)})


def test_gradients_take_a_quarter_of_the_bytes():
    """The gates of every step are kept for the way back."""
    assert 4096 == largest_batch(description((6, 64), (1,)), {"sequence": (6, 6)}, gradient=True)
    assert 512 == largest_batch(description((48, 64), None), {"sequence": (48, 74)}, gradient=True)

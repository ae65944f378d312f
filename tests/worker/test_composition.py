"""Batches: every row once, few sizes, never by a clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Description, Layer
from auditor.worker.composition import batches_together, even, exact, largest_batch, padded


@given(st.integers(0, 50_000), st.sampled_from([8, 64, 512, 1024]), st.integers(1, 8))
def test_every_row_goes_once_and_little_is_padded(rows, largest, together):
    """Two sizes, no request of more batches than asked, and fewer padded rows than real ones or the smaller size."""
    calls = list(padded(rows, largest, together))
    assert rows == sum(sent for sent, _ in calls)
    assert {batch for _, batch in calls} <= {largest, largest // 8}
    assert all(0 < sent <= together * batch for sent, batch in calls)
    assert sum(-sent % batch for sent, batch in calls) <= max(rows, largest // 8, 8)


def test_a_large_batch_is_not_filled_up_by_half():
    """Rows that do not nearly fill the largest batch go in smaller ones, instead of with as many padded rows."""
    assert [(4096, 1024), (904, 1024)] == list(padded(5000, 1024, 4))
    assert [(1024, 1024), (276, 128)] == list(padded(1300, 1024, 8))
    assert [(500, 128)] == list(padded(500, 1024, 8))


@given(st.integers(0, 50_000), st.integers(1, 4096), st.integers(1, 8))
def test_without_compiling_batches_are_even(rows, largest, together):
    """One batch, or an even number of them, of which only the last is smaller, by fewer rows than there are batches."""
    calls = list(even(rows, largest, together))
    assert rows == sum(sent for sent, _ in calls)
    assert all(0 < sent <= together * batch and batch <= largest for sent, batch in calls)
    batches = sum(-(-sent // batch) for sent, batch in calls)
    assert batches <= 1 or rows > largest


def test_a_request_holds_several_batches():
    """8,192 small rows; of wide ones as many as fit into 64 MiB."""
    assert 16 == batches_together(512, {"sequence": (6, 6)})
    assert 2 == batches_together(4096, {"sequence": (6, 6)})
    assert 4 == batches_together(512, {"in": (48, 74), "out": (48, 74)})
    assert 1 == batches_together(8, {"sequence": (10_000, 500)})


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
    """Small rows 512 at once; wide ones as many as fit into 32 MiB, an open length counted as the one sent."""
    assert 512 == largest_batch(description((6, 64), (1,)), {"sequence": (6, 6)})
    assert 512 == largest_batch(description((148, 64), None), {"sequence": (148, 74)})
    assert 256 == largest_batch(description((None, 256)), {"sequence": (100, 4)})
    assert 8 == largest_batch(description((10_000, 1000)), {"sequence": (10_000, 4)})


def test_gradients_take_a_quarter_of_the_bytes():
    """The gates of every step are kept for the way back."""
    assert 1024 == largest_batch(description((6, 64), (1,)), {"sequence": (6, 6)}, gradient=True)
    assert 512 == largest_batch(description((48, 64), None), {"sequence": (48, 74)}, gradient=True)

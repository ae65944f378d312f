"""Attention of real models: weights lie at the steps of the row; without a mask, padding is looked at and told."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.explain.attention import attending, attention


@pytest.mark.parametrize(("name", "masked"), [("masked_attention", True), ("multi_head_attention", False)])
def test_weights_are_shared_out_over_steps_and_padding(name, masked, asked_of_keras):
    question = asked_of_keras(name)
    (layer,) = attending(question)
    for queries in ("all", "last"):
        seen = attention(question, [layer], queries)
        np.testing.assert_allclose(1, seen.at.values.sum(1) + seen.at_padding, atol=1e-5)
        assert (seen.at.values >= 0).all()
        assert not seen.at.values[~seen.at.present].any()
        padded = question.lengths < question.steps
        assert padded.any()
        assert (seen.at_padding[padded] > 0.01).all() != masked
        assert seen.at_padding[~padded].max(initial=0) < 1e-5

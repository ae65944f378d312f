"""Principal reasons: order, errors, ties, groups."""

from __future__ import annotations

import numpy as np
import pytest
from asking import additive, additive_slopes, formula
from subjects import make_subject

from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.players import Players
from auditor.explain.reasons import MOST, principal, side
from auditor.subject import Decision


def weights(*of):
    """A sum of the last step's features, and of age."""
    of = np.array(of)

    def value(x, mask, static):
        return x[:, -1] @ of[:3] + of[3] * static[:, 0]

    def slopes(x, mask, static):
        made = np.zeros_like(x)
        made[:, -1] = of[:3]
        return made, np.full_like(static, of[3])

    return value, slopes


def credit_of(value, slopes, keep=True, **asked):
    question = formula(value, slopes, count=16, **asked)
    players = Players.features(question.data, question.steps)
    return question, expected_gradients(question, players, keep=keep)


def test_the_side_that_is_bad_for_the_person():
    """Where below is favourable, what raised the score is the reason; where above is, what lowered it."""
    assert [side(Decision(threshold=0.5, action="a", favourable=one)) for one in ("below", "above")] == [1, -1]
    assert side(None) == 0


@pytest.mark.parametrize("towards", [1, -1])
def test_reasons_of_a_sum(towards):
    """Each feature's push is its weight times how far it is from the comparison rows; only one side is told."""
    question, credit = credit_of(*weights(2.0, 1.0, 0.0, 0.5))
    for row, reasons in enumerate(principal(credit, question.backgrounds, towards)):
        pushes = towards * credit.values[row]
        assert [one.group for one in reasons] == [at for at in np.argsort(-pushes) if at in {r.group for r in reasons}]
        for one in reasons:
            assert one.push == pytest.approx(pushes[one.group])
            assert one.push > 1.95 * one.error
            assert one.share == pytest.approx(one.push / pushes[pushes > 0].sum())
        assert 2 not in {one.group for one in reasons}  # the feature without a weight


def test_features_of_one_code_are_one_reason():
    """Two features with one number push together."""
    question, credit = credit_of(*weights(1.0, 1.0, 0.0, 0.0))
    together = principal(credit, question.backgrounds, 0, np.array([0, 0, 1, 2]))
    for row, reasons in enumerate(together):
        for one in reasons:
            assert one.group == 0
            assert one.push == pytest.approx(abs(credit.values[row, :2].sum()))


def test_equal_pushes_are_tied_and_unequal_ones_are_not():
    """Two features that move together by half of the score each cannot be ordered; one ten times as strong can."""
    same = lambda x: (x[:, -1, 0] + x[:, -1, 1]) / 2  # noqa: E731
    value = lambda x, mask, static: same(x) * 1.0  # noqa: E731

    def slopes(x, mask, static):
        made = np.zeros_like(x)
        made[:, -1, :2] = 0.5
        return made, np.zeros_like(static)

    question, credit = credit_of(value, slopes, rows=40)
    tied = [r[0].tied for r in principal(credit, question.backgrounds, 0) if len(r) > 1]
    assert any(tied)
    question, credit = credit_of(*weights(50.0, 0.1, 0.0, 0.0), rows=40)
    firsts = [r[0] for r in principal(credit, question.backgrounds, 0) if r and r[0].push > 5]
    assert firsts
    assert not any(one.tied for one in firsts)


def test_never_more_than_four_and_never_without_the_errors():
    """At most four; without every background's share there are no errors, which is a bug of the caller."""
    question, credit = credit_of(additive, additive_slopes)
    assert max(map(len, principal(credit, question.backgrounds, 0))) <= MOST
    _, bare = credit_of(additive, additive_slopes, keep=False)
    with pytest.raises(ValueError, match="share of every background"):
        principal(bare, question.backgrounds, 0)


def test_a_row_like_its_backgrounds_has_no_reason():
    """Where nothing tells the row from what it is compared with, nothing pushed it."""
    question, credit = credit_of(*weights(0.0, 0.0, 0.0, 0.0))
    assert principal(credit, question.backgrounds, 0) == [()] * len(credit)
    assert len(make_subject(n=3).test) == 3

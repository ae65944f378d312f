"""Sentences of reasons: by what the values were, of features that pushed to the reason's side, and flagged else."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.app.telling import sentence
from auditor.explain.reasons import Reason
from auditor.explain.told import Course, Variable
from auditor.loaders.reasons import ByValue, Letter, Reasons, Sentences, read_reasons
from auditor.loaders.spec import DataSpec
from auditor.yamlfile import read_yaml, validated

EXAMPLES = Path(__file__).parents[2] / "examples"
ACID = ByValue(high="Your blood was less acid than usual.", low="Your blood was more acid than usual.")
REASONS = Reasons(
    "en",
    Letter(),
    {
        "pH": Sentences(code="S", range=(7.35, 7.45), up=ACID),
        "lactate": Sentences(code="S", up="Parts of your body were short of blood."),
        "urine": Sentences(code="S", up="You passed little urine in these days."),
    },
)
USUAL = {"pH": (7.2, 7.6), "lactate": (0.7, 13.0), "urine": (0.0, 800.0)}


def told(pushes, courses, towards=1):
    known = {
        name: Course(of=Variable(name=name), static=False, values=values, usual=USUAL[name])
        for name, values in courses.items()
    }
    reason = Reason(0, sum(pushes.values()), 0.0, 1.0, tied=False)
    return sentence(reason, pushes, known, REASONS, towards)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ((7.4, 7.55), "high"),
        ((7.3, 7.4), "low"),
        ((7.55, 7.3, 7.4), "low"),
        ((7.3, None, 7.55, None), "high"),
        ((7.349999904632568, 7.45), "inside"),  # 7.35 in single precision
        ((None, None), "missing"),
    ],
)
def test_what_the_values_were(values, state):
    """High and low are beyond the range of the file; where there are both, the latest decides."""
    assert state == REASONS.features["pH"].state(values)


def test_a_sentence_is_true_of_the_values():
    """A high pH is told as one; where the file has no words for what the values were, there is no sentence."""
    assert ACID.high == told({"pH": 3.0}, {"pH": (7.55,)}).sentence
    assert ACID.low == told({"pH": 3.0}, {"pH": (7.1,)}).sentence
    assert "" == told({"pH": 3.0}, {"pH": (7.4,)}).sentence


def test_what_pushed_the_other_way_is_not_where_a_reason_is_from():
    """Urine lowered the score: it is told as such, and its words are not used, whatever else there are words for."""
    found = told({"pH": 1.0, "lactate": 0.0, "urine": -3.0}, {"pH": (7.4,), "lactate": (None,), "urine": (50.0,)})
    assert (("pH",), ("urine",), "") == (found.features, found.opposed, found.sentence)
    lowered = told({"pH": 1.0, "urine": -3.0}, {"pH": (7.4,), "urine": (50.0,)}, towards=-1)
    assert (("urine",), ("pH",)) == (lowered.features, lowered.opposed)


def test_what_was_not_measured_or_is_usual_is_flagged():
    """A sentence that says the same whatever the values are is flagged where its feature has none, or usual ones."""
    found = told({"lactate": 2.0, "pH": 1.0, "urine": 0.5}, {"lactate": (None,), "pH": (7.5,), "urine": (900.0,)})
    assert (("lactate",), ("pH",), True) == (found.unmeasured, found.usual, found.unheeded)
    assert not told({"lactate": 2.0}, {"lactate": (20.0,)}).unheeded
    assert not told({"pH": 2.0}, {"pH": (7.55,)}).unheeded


def test_words_of_a_trifle_do_not_stand_for_a_reason():
    """Where the strongest has no words, another one's are used if it pushed half as much, and else none."""
    courses = {"pH": (7.4,), "lactate": (20.0,)}
    assert REASONS.features["lactate"].up == told({"pH": 1.0, "lactate": 0.6}, courses).sentence
    assert "" == told({"pH": 1.0, "lactate": 0.4}, courses).sentence
    assert ("lactate", "") == tuple(told({"pH": 1.0, "lactate": x}, courses).of for x in (0.6, 0.4))


@pytest.mark.parametrize("name", ["icu_mortality", "uci_credit"])
def test_the_examples_have_words_for_all_that_may_be(name):
    """Every feature, whatever its values, and whichever way it may be told: a sentence, chosen by value."""
    data = validated(DataSpec, read_yaml(EXAMPLES / name / "dataset.yaml"))
    reasons = read_reasons(EXAMPLES / name / "reasons.yaml", data)
    for one in (*data.features, *data.static):
        words = reasons.sentences(one.name)
        assert words is not None, one.name
        if one.kind != "numeric" and words.range is None:
            continue
        (least, most), (low, high) = one.plausible, words.range
        tried = [(low, high)] + [(least,)] * (low > least) + [(most,)] * (high < most)
        tried += [(None,)] * (data.layout == "long")
        for towards in (1, *(-1,) * (words.down is not None)):
            assert all(all(words.of(towards, values)) for values in tried), one.name

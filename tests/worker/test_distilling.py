"""Students through the door: small models that learn what a model says, alike from the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from architectures import ARCHITECTURES

from auditor.errors import ModelFault
from auditor.student import Student

ROWS = 900
QUICK = Student(units=6, epochs=15)
LINKS = {"softmax": "softmax", "regression": "identity", "two_outputs": "logit"}


def taught(door, name, spec=QUICK, seed=1, rows=ROWS):
    output = door.description.outputs[0].name
    inputs = ARCHITECTURES[name].rows(rows, "left")
    inputs["sequence"][:3] = 0  # rows without any step, which a student must bear too
    return inputs, output, *door.distil(inputs, output, LINKS.get(name, "logit"), spec, seed)


@pytest.mark.parametrize("name", ["sequence_and_static", "embedding", "softmax", "regression", "double_precision"])
def test_a_student_says_much_of_what_its_teacher_says(name, opened):
    """On rows that it has not seen, in an output of the same name and form; how it learnt is told."""
    door = opened(name)
    _, output, student, lesson = taught(door, name)
    fresh = ARCHITECTURES[name].rows(300, "left", seed=9)
    teacher, pupil = (model.evaluate(fresh)[output] for model in (door, student))
    assert teacher.shape == pupil.shape
    assert ((teacher - pupil) ** 2).mean() < 0.8 * teacher.var(axis=0).mean()
    assert lesson.unexplained < 0.8
    assert (lesson.parameters, 15) == (student.description.parameters, max(15, lesson.epochs))
    assert [port.name for port in student.description.inputs] == [port.name for port in door.description.inputs]
    student.close()


def test_the_same_seed_gives_the_same_student(opened):
    """Bit for bit in one process, and the teacher stays as it was; another seed gives another one."""
    door = opened("masked_lstm")
    spec = Student(kind="LSTM", units=3, epochs=2)
    before = door.evaluations
    inputs, output, one, lesson = taught(door, "masked_lstm", spec, seed=4)
    assert door.evaluations - before == (1 + lesson.epochs) * ROWS
    scores = door.evaluate(inputs)[output]
    _, _, same, _ = taught(door, "masked_lstm", spec, seed=4)
    _, _, other, _ = taught(door, "masked_lstm", spec, seed=5)
    said = [model.evaluate(inputs)[output] for model in (one, same, other)]
    np.testing.assert_array_equal(said[0], said[1])
    assert np.abs(said[0] - said[2]).max() > 1e-3
    np.testing.assert_array_equal(scores, door.evaluate(inputs)[output])
    for model in (one, same, other):
        model.close()


def test_time_ends_a_lesson(opened):
    """The best so far is kept, and the lesson says what ended it; the student is as deep as was asked for."""
    spec = Student(kind="LSTM", units=3, layers=2, epochs=500, seconds=0.01)
    _, output, student, lesson = taught(opened("masked_lstm"), "masked_lstm", spec)
    assert (1, "seconds") == (lesson.epochs, lesson.ended)
    assert ["LSTM", "LSTM"] == [layer.kind for layer in student.description.layers if layer.recurrences]
    assert "LSTM of 3 + 3 units" == str(spec)
    assert np.isfinite(student.evaluate(ARCHITECTURES["masked_lstm"].rows(5, "left"))[output]).all()
    student.close()


def test_what_cannot_be_taught_is_refused(opened):
    """By reason, and the child lives on."""
    door = opened("masked_lstm")
    with pytest.raises(ModelFault, match="would learn from 5 rows; 20 are the fewest"):
        taught(door, "masked_lstm", rows=5)
    with pytest.raises(ModelFault, match="the model has no output 'absent'"):
        door.distil(ARCHITECTURES["masked_lstm"].rows(30, "left"), "absent", "logit", QUICK, 1)
    assert 4 == len(door.evaluate(ARCHITECTURES["masked_lstm"].rows(4, "left"))["score"])

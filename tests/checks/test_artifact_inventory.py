"""artifact.inventory: what it tells of a file is what is in the file."""

from __future__ import annotations

import dataclasses

import pytest
from measuring import run
from subjects import make_subject

from auditor.checks.artifact import inventory
from auditor.errors import NotApplicable


def measured(**changed):
    subject = make_subject(n=30, reference=0)
    artifact = dataclasses.replace(subject.model.description.artifact, **changed)
    return run(
        inventory.measure, dataclasses.replace(subject, model=dataclasses.replace(subject.model, artifact=artifact))
    )


def test_tables_list_files_and_layers():
    """With digests, and with parameters where the opened model has that layer."""
    contents, layers = measured().shown
    assert ("the file", 1, "0" * 64) == contents.rows[0]
    assert ("linear", "Dense", 9) == layers.rows[0]
    assert "Keras 3, on 2026-01-01" in contents.caption


def test_trusted_code_is_listed():
    """Where it is used and where it came from."""
    own = make_subject(n=30, reference=0, spoiled="own code").model.description.artifact.custom
    *_, custom = measured(custom=own).shown
    assert (("Own", "layer 'own' (Own)", "my_layers:Own (sha256 aaaaaaaaaaaa…)"),) == custom.rows


def test_what_the_model_was_trained_with_is_listed_where_it_is_not_of_keras():
    """By the names in the file."""
    *_, unloaded = measured(unloaded=("loss: focal",)).shown
    assert (("loss: focal",),) == unloaded.rows


@pytest.mark.parametrize(("signed", "expected"), [(True, 0), (False, 1)])
def test_a_signature_of_another_file_is_counted(signed, expected):
    """One that names this file is none of them."""
    measurement = measured(signed=signed, signature="model.sig is there")
    assert expected == measurement.quantities["foreign_signature"].parts[""].value


def test_without_a_signature_nothing_is_said_of_it():
    """Absent is not sound."""
    assert {
        "foreign_signature": "there is no signature beside the model file",
        "unsigned_by_key": "no key was named (model.signature_key)",
    } == measured().unmeasured


@pytest.mark.parametrize(
    ("signed", "by_key", "expected"), [(True, True, 0), (True, False, 1), (False, True, 1), (None, False, 1)]
)
def test_a_file_that_the_named_key_did_not_sign_is_counted(signed, by_key, expected):
    """Also where there is no signature at all, and where it signed another file."""
    measurement = measured(signed=signed, signed_by_key=by_key, signature="model.sig is there")
    assert expected == measurement.quantities["unsigned_by_key"].parts[""].value


def test_a_model_that_came_from_no_file_has_no_inventory():
    """Not a count of zero."""
    subject = make_subject(n=30, reference=0)
    model = dataclasses.replace(subject.model, artifact=None)
    with pytest.raises(NotApplicable):
        run(inventory.measure, dataclasses.replace(subject, model=model))

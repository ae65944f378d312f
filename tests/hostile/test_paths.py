"""Paths out of an audit's folder: no link leads there, and nothing of a file that is something else is repeated."""

from __future__ import annotations

import pytest
from hostile.specification import SPEC

from auditor.app.order import ordered
from auditor.checks import CATALOGUE
from auditor.errors import AuditorError, WrittenFault
from auditor.loaders.dataset import open_dataset
from auditor.loaders.policies import load_policy

SECRET = "TOP-SECRET"


@pytest.mark.parametrize("named", ["data.csv", "sub/secret.csv", "twice.csv", "sub/audit/../secret.csv", "../up.csv"])
def test_a_link_that_leads_out_is_refused(named, tmp_path):
    """Of the folder of the file that names it, by whatever way; or of the one that its words lead up to."""
    place = tmp_path / "here" / "audit"
    place.mkdir(parents=True)
    for folder in (tmp_path, place.parent):
        (folder / "secret.csv").write_text("a1,a2,y\n1,2,0\n")
    (place / "data.csv").symlink_to("../secret.csv")
    (place / "twice.csv").symlink_to("data.csv")
    (place / "sub").symlink_to("..")
    (place.parent / "up.csv").symlink_to(tmp_path / "secret.csv")
    (place / "dataset.yaml").write_text(SPEC % named)
    with pytest.raises(WrittenFault, match=r"dataset\.yaml:4:16: '.+' is a link that leads out of the folder"):
        open_dataset(place / "dataset.yaml")


@pytest.mark.parametrize(
    "text", [f"{SECRET}\n", f"{SECRET},{SECRET}\n", f"{SECRET}-{SECRET}\n1\n2,3\n", f"a\r{SECRET}"]
)
def test_nothing_of_another_file_is_repeated(text, tmp_path):
    """A path that a person wrote may lead anywhere; what is no data of the specification is not quoted."""
    (tmp_path / "audit").mkdir()
    (tmp_path / "secret.txt").write_text(text.format(SECRET, SECRET))
    (tmp_path / "audit" / "dataset.yaml").write_text(SPEC % "../secret.txt")
    with pytest.raises(AuditorError) as caught:
        open_dataset(tmp_path / "audit" / "dataset.yaml")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["{}", "!{}", "!!int {}", "*{}", "- {}", "{}={}: 1", "'{}", "{}: x", "--- !x!{} a", "KEY={}\nB={}"]
)
def test_nothing_of_another_text_is_repeated(text, tmp_path):
    """A specification that is something else is refused without a word of it."""
    (tmp_path / "x.yaml").write_text(text.format(SECRET, SECRET))
    with pytest.raises(WrittenFault) as caught:
        open_dataset(tmp_path / "x.yaml")
    assert SECRET not in str(caught.value)


AUDIT = """\
model: {file: link, name: a, version: b, owner: c, signature_key: link}
data: link
policy: link.yaml
waivers: link
attestations: link
frozen: link
explanations: {reasons: link}
archive: {folder: link, key: link}
"""


def test_no_path_of_an_audit_file_is_a_link_that_leads_out(tmp_path):
    """All that it names are told at once, before one is read; the policy after them."""
    place = tmp_path / "audit"
    place.mkdir()
    (tmp_path / "secret").write_text(SECRET)
    for name in ("link", "link.yaml"):
        (place / name).symlink_to("../secret")
    audit = place / "audit.yaml"
    audit.write_text(AUDIT)
    with pytest.raises(WrittenFault) as caught:
        ordered(audit)
    assert 9 == str(caught.value).count("'link' is a link that leads out of the folder")
    assert SECRET not in str(caught.value)
    with pytest.raises(WrittenFault, match=r"audit\.yaml:3:9: 'link\.yaml' is a link that leads out"):
        load_policy("link.yaml", CATALOGUE, place, f"{audit}:3:9")

"""Names of parts, as a policy or a waiver writes them."""

from __future__ import annotations

import pytest
from test_judge import judged, normal

from auditor.measurement import Quantity


@pytest.mark.parametrize("dash", ["-", "\N{EN DASH}", "\N{MINUS SIGN}", "\N{NON-BREAKING HYPHEN}"])
def test_a_part_is_named_by_any_dash(dash: str) -> None:
    """Pairs are named with a minus, which few keyboards have; what is no part is told with the nearest that is."""
    quantity = Quantity(parts={"old \N{MINUS SIGN} young": normal(0.9), "east-west": normal(0.5)})
    assert "pass" == judged(quantity, at_least=0.7, parts=[f"old {dash} young"]).status
    assert "fail" == judged(quantity, at_least=0.7, parts=[f"east{dash}west"]).status
    wrong = judged(quantity, at_least=0.7, parts=[f"old{dash}young"])
    told = f"there is no part 'old{dash}young'. Did you mean 'old \N{MINUS SIGN} young'?"
    assert ("error", told) == (wrong.status, wrong.reason)

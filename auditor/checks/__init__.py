"""The catalogue of checks: one line a check, written by hand; a test finds a forgotten one."""

from collections.abc import Mapping
from types import MappingProxyType

from auditor.checks.artifact import finite, inventory
from auditor.checks.behavior import (
    batch,
    conformal,
    determinism,
    direction,
    domain,
    extremes,
    noise,
    padding,
    trigger,
    worst_case,
)
from auditor.checks.behavior import missing as missing_measurements
from auditor.checks.behavior import time as disturbed_time
from auditor.checks.bias import calibration as group_calibration
from auditor.checks.bias import (
    counterfactual_flip,
    equal_opportunity,
    equalised_odds,
    predictive_parity,
    proxy,
    score_distance,
    selection_rate,
)
from auditor.checks.bias import discrimination as group_discrimination
from auditor.checks.bias import error as group_error
from auditor.checks.check import Check
from auditor.checks.data import (
    drift,
    duplicates,
    look_ahead,
    missing,
    overlap,
    ranges,
    representativeness,
    sample_size,
    time_order,
)
from auditor.checks.importance import (
    agreement,
    attention,
    attribution,
    completeness,
    counterfactual,
    faithfulness,
    permutation,
    reasons,
    sanity,
)
from auditor.checks.importance import stability as stability_of_reasons
from auditor.checks.internals import gates, memory, units
from auditor.checks.performance import (
    alerts,
    calibration,
    challenger,
    discrimination,
    error,
    history,
    migration,
    net_benefit,
    over_time,
    overfitting,
    quantiles,
    replication,
    segments,
    threshold,
)
from auditor.checks.surrogate import fidelity, simplification, stability
from auditor.checks.surrogate import groups as fidelity_by_group
from auditor.checks.surrogate import segments as fidelity_by_segment

_CHECKS = (
    inventory.measure,
    finite.measure,
    replication.measure,
    discrimination.measure,
    threshold.measure,
    net_benefit.measure,
    calibration.measure,
    overfitting.measure,
    quantiles.measure,
    challenger.measure,
    segments.measure,
    over_time.measure,
    migration.measure,
    history.measure,
    alerts.measure,
    error.measure,
    ranges.measure,
    missing.measure,
    duplicates.measure,
    overlap.measure,
    time_order.measure,
    look_ahead.measure,
    drift.measure,
    representativeness.measure,
    sample_size.measure,
    noise.measure,
    missing_measurements.measure,
    disturbed_time.measure,
    padding.measure,
    batch.measure,
    determinism.measure,
    direction.measure,
    extremes.measure,
    domain.measure,
    worst_case.measure,
    trigger.measure,
    conformal.measure,
    permutation.measure,
    attribution.measure,
    completeness.measure,
    agreement.measure,
    attention.measure,
    stability_of_reasons.measure,
    faithfulness.measure,
    sanity.measure,
    counterfactual.measure,
    reasons.measure,
    fidelity.measure,
    fidelity_by_group.measure,
    fidelity_by_segment.measure,
    stability.measure,
    simplification.measure,
    gates.measure,
    units.measure,
    memory.measure,
    selection_rate.measure,
    equal_opportunity.measure,
    equalised_odds.measure,
    predictive_parity.measure,
    group_calibration.measure,
    group_discrimination.measure,
    group_error.measure,
    score_distance.measure,
    counterfactual_flip.measure,
    proxy.measure,
)

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "artifact": "The model file",
        "performance": "Performance",
        "data": "Data",
        "behavior": "Behavior under stress",
        "importance": "What the model relies on",
        "surrogate": "Simple rules that describe the model",
        "internals": "Inside the network",
        "bias": "Groups of people",
    }
)

CATALOGUE: Mapping[str, Check] = MappingProxyType({check.id: check for check in _CHECKS})

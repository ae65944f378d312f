"""A record with everything that a report can hold: every status, every kind of shown evidence, hostile names."""

from __future__ import annotations

import datetime
import math
from typing import Any

from auditor.estimate import Estimate, Exact, Mover, Normal, NotEstimable, Wilson
from auditor.judge import judge
from auditor.measurement import (
    Axis,
    Bars,
    Column,
    Heatmap,
    Lines,
    Meaning,
    Measurement,
    Node,
    Quantity,
    Sampled,
    Series,
    Table,
    Text,
    Tree,
)
from auditor.people import Attestation, Bound, Waiver
from auditor.policy import Policy
from auditor.record import Measured, Record
from auditor.verdict import verdict

MODEL = "3f9a1c07" * 8
TODAY = datetime.date(2025, 11, 21)
HOSTILE = (
    '<b onclick="alert(1)">utilisation</b> & a name that is long, because its author explained in it how it is made'
)
CHINESE = "信用额度使用率（月末余额除以信用额度，按月计算）"
FEATURES = (
    "months in arrears",
    CHINESE,
    HOSTILE,
    "payment share",
    "cash\x07 advances",
    "credit enquiries",
    "purchases",
)
STEPS = tuple(str(step) for step in range(-12, 0))
REGIONS = {"north": (0.71, 412), "east": (0.69, 388), "west": (0.41, 405), "south": (0.70, 366)}


def sample() -> Record:
    """The record: fourteen requirements judged by the program itself, over numbers made up here."""
    policy = Policy.model_validate(_POLICY)
    measured, keys = _measured(), {r["id"]: r["key"] for r in _REQUIREMENTS if "key" in r}
    findings = judge(
        policy, measured, keys, bound=Bound(model=MODEL), today=TODAY, waivers=_WAIVERS, attestations=_ATTESTATIONS
    )
    word, because = verdict(findings)
    raw: dict[str, Any] = {
        "identity": _IDENTITY,
        "decision": {"threshold": 0.3, "action": "offer a repayment plan and lower the limit", "favourable": "below"},
        "model": _MODEL,
        "data": _DATA,
        "policy": {
            "name": policy.policy,
            "version": str(policy.version),
            "title": policy.title,
            "description": policy.description,
            "files": [_file("credit-default.yaml", "77"), _file("baseline.yaml", "5d")],
            "statistics": policy.statistics.model_dump(),
            "changes": _CHANGES,
        },
        "files": [_file("audit.yaml", "1a"), _file("dataset.yaml", "2b")],
        "seed": 20251121,
        "measured": {key: entry.model_dump(by_alias=True) for key, entry in measured.items()},
        "findings": [finding.model_dump(by_alias=True) for finding in findings],
        "verdict": word,
        "because": because,
        "not_tested": ["Drift after the test period.", "Resistance to people who know the model."],
        "environment": _ENVIRONMENT,
        "run": _RUN,
    }
    return Record.model_validate(raw).sealed()


def _file(name: str, pair: str, size: int = 4211) -> dict[str, Any]:
    return {"name": name, "sha256": (pair + "c0ffee") * 8, "bytes": size}


def _rate(value: float, n: int, **more: Any) -> Estimate:
    return Estimate(
        value=value,
        n=n,
        method="Wilson, by entity",
        spread=Wilson(size=n * 0.9, df=n - 1),
        events=round(n * value),
        **more,
    )


def _curve(name: str, power: float, **more: Any) -> Series:
    xs = tuple(i / 40 for i in range(41))
    return Series(name=name, x=xs, y=tuple(x**power for x in xs), **more)


def _entry(check: str, title: str, about: tuple[str, str, str], meanings: dict[str, Meaning], **more: Any) -> Measured:
    documentation = {"title": title, "measures": about[0], "why": about[1], "blind_to": about[2]}
    filled = {"params": {}, "status": "measured", "evaluations": 12_000, **more}
    return Measured.model_validate({"check": check, "documentation": documentation, "meanings": meanings, **filled})


def _measured() -> dict[str, Measured]:
    return {
        "artifact.finite": _finite(),
        "performance.replication": _replication(),
        "performance.discrimination": _discrimination(),
        "performance.calibration": _calibration(),
        "performance.error": _not_applicable(),
        "behavior.noise": _noise(),
        "importance.permutation": _importance(),
        "surrogate.fidelity": _surrogate(),
        "bias.equal_opportunity(attribute=region)": _groups(),
    }


def _finite() -> Measured:
    count = Estimate(value=0, n=48_301, method="a count", spread=Exact())
    about = (
        "How many weights and how many scores are not finite numbers.",
        "A model whose training diverged can be saved and deployed without an error.",
        "inputs that are not in the test data.",
    )
    known = {"nonfinite_weights": Meaning(title="Weights that are NaN or infinite", better="lower")}
    quantities = {"nonfinite_weights": Quantity.of(count)}
    columns = (Column(title="Layer"), Column(title="Weights that are not finite", kind="count"))
    none = Table(title="Layers with such weights", columns=columns, rows=(), caption="None was found.")
    return _entry(
        "artifact.finite",
        "The model answers with numbers.",
        about,
        known,
        measurement=Measurement(quantities=quantities, shown=(none,)),
    )


def _replication() -> Measured:
    about = (
        "The share of rows whose score differs from the one that the developer recorded.",
        "Swapped columns or another scaler show nowhere else.",
        "an error that the developer made as well.",
    )
    known = {"beyond_tolerance": Meaning(title="Rows beyond the tolerance", better="lower")}
    why = "ValueError: operands could not be broadcast together with shapes (6000,) (5998,)"
    return _entry("performance.replication", "Scores as recorded.", about, known, status="error", reason=why)


def _not_applicable() -> Measured:
    about = ("The mean absolute error.", "It is in the units of the target.", "the direction of errors.")
    known = {"mae": Meaning(title="Mean absolute error", better="lower", unit="EUR")}
    why = "the target is an outcome, not a number; see performance.discrimination"
    return _entry("performance.error", "Size of the errors.", about, known, status="not_applicable", reason=why)


def _discrimination() -> Measured:
    about = (
        "The area under the ROC curve, average precision, and, at the decision threshold, sensitivity and specificity.",
        "A score that does not separate the outcomes cannot support any decision.",
        "whether the scores are right as probabilities; who is harmed by the errors.",
    )
    known = {
        "auroc": Meaning(title="Area under the ROC curve", better="higher"),
        "sensitivity": Meaning(title="Sensitivity at the decision threshold", better="higher"),
        "precision": Meaning(title="Average precision", better="higher"),
        "gini": Meaning(title="Gini coefficient of the weighted score", better="higher"),
    }
    ranking = Estimate(
        value=0.7814, n=6000, events=1571, entities=5013, method="DeLong by entity, logit scale",
        spread=Normal(scale="logit", se=0.0402, df=5012),
    )  # fmt: skip
    loose = Estimate(
        value=0.5628, n=6000, events=1571, method="no form known", spread=NotEstimable(reason="no form known")
    )
    measurement = Measurement(
        quantities={
            "auroc": Quantity.of(ranking),
            "sensitivity": Quantity.of(_rate(0.6431, 1571, entities=1402)),
            "gini": Quantity.of(loose),
        },
        unmeasured={"precision": "the recorded weights are all zero"},
        shown=(
            Lines(
                title="ROC curve",
                caption="The further above the diagonal, the better outcomes are told apart.",
                x=Axis(title="1 − specificity", low=0, high=1),
                y=Axis(title="Sensitivity", low=0, high=1),
                series=(_curve("model", 0.28), _curve("last year's model", 0.4)),
                diagonal="chance",
            ),
            Lines(
                title="Precision and sensitivity",
                caption="How many of those above a threshold default, as the threshold is lowered.",
                x=Axis(title="Sensitivity", low=0, high=1),
                y=Axis(title="Precision", low=0, high=1),
                series=(Series(name="model", x=tuple(i / 20 for i in range(21)), y=tuple(0.9 - 0.64 * i / 20 for i in range(21))),),
            ),
        ),
    )  # fmt: skip
    return _entry(
        "performance.discrimination",
        "Rows that default score above rows that do not.",
        about,
        known,
        measurement=measurement,
    )


def _calibration() -> Measured:
    about = (
        "Slope and intercept of a logistic recalibration, and observed over expected events.",
        "A threshold on a probability means something only if the probability is right.",
        "how well outcomes are told apart; calibration within groups.",
    )
    known = {"slope": Meaning(title="Calibration slope", better="target")}
    slope = Estimate(
        value=0.8132, n=6000, events=1571, entities=5013, method="sandwich by entity", spread=Normal(se=0.031, df=5012)
    )
    at = tuple((i + 0.5) / 10 for i in range(10))
    seen = tuple(x**1.25 for x in at)
    bins = Series(
        name="tenths of the rows", x=at, y=seen, style="points",
        low=tuple(max(0.0, y - 0.045) for y in seen), high=tuple(min(1.0, y + 0.045) for y in seen),
    )  # fmt: skip
    smooth = _curve("smoothed", 1.25)
    band = smooth.model_copy(
        update={"low": tuple(max(0, y - 0.03) for y in smooth.y), "high": tuple(y + 0.03 for y in smooth.y)}
    )
    table = Table(
        title="Observed and expected by tenths of the score",
        caption="Where observed exceeds expected, the model is too optimistic.",
        columns=(
            Column(title="Tenth"),
            Column(title="Rows", kind="count"),
            Column(title="Expected", kind="percent", digits=3),
            Column(title="Observed", kind="percent", digits=3),
            Column(title="Interval of the observed", kind="interval", digits=3),
        ),
        rows=tuple((f"{i + 1}", 600, at[i], seen[i], (max(0.0, seen[i] - 0.045), seen[i] + 0.045)) for i in range(10)),
    )
    lines = Lines(
        title="Reliability",
        caption="On the diagonal, predicted and observed chances agree; below it, the model predicts too many defaults.",
        x=Axis(title="Predicted chance", low=0, high=1),
        y=Axis(title="Observed share", low=0, high=1),
        series=(band, bins),
        diagonal="ideal",
    )
    measurement = Measurement(quantities={"slope": Quantity.of(slope)}, shown=(lines, table))
    return _entry("performance.calibration", "Predicted chances are right.", about, known, measurement=measurement)


def _noise() -> Measured:
    about = (
        "The share of decisions that change when every value is measured again with its error.",
        "A decision that hangs on noise cannot be explained to the person it is about.",
        "errors that are not random.",
    )
    known = {"flipped": Meaning(title="Decisions that flip", better="lower", per="size of the noise")}
    parts = {"0.5 ×": _rate(0.0121, 6000), "1 ×": _rate(0.0462, 6000, entities=5013), "2 ×": _rate(0.0893, 6000)}
    sizes = (0.0, 0.25, 0.5, 1.0, 2.0)
    curves = tuple(
        Series(name=name, x=sizes, y=tuple(s * 0.01 * (k + 1) for s in sizes)) for k, name in enumerate(FEATURES)
    )
    lines = Lines(
        title="Change of the score under noise in one feature",
        caption="The steeper a line, the more the score hangs on the exact value of that feature.",
        x=Axis(title="Size of the noise", unit="error of measurement"),
        y=Axis(title="Mean absolute change of the score"),
        series=curves,
    )
    measurement = Measurement(
        quantities={"flipped": Quantity(parts=parts)},
        shown=(lines,),
        sampled=Sampled(n=2000, of=6000, how="drawn at random without replacement, same share of defaults"),
        notes=("The error of measurement was not declared for purchases; 1 % of its spread was used.",),
    )
    return _entry(
        "behavior.noise",
        "Answers keep under noise.",
        about,
        known,
        params={"sizes": [0.5, 1.0, 2.0], "repeats": 5},
        measurement=measurement,
    )


def _importance() -> Measured:
    about = (
        "How far the area under the ROC curve falls when a feature, or one step of it, is permuted among the rows.",
        "A model that leans on what should not matter is wrong for reasons that accuracy does not show.",
        "features that stand in for each other: permuting one of them alone changes little.",
    )
    known = {"fall": Meaning(title="Fall of the area under the ROC curve", better="target", per="feature")}
    falls = (0.1213, 0.0844, 0.0312, 0.0215, 0.0031, 0.0009, -0.0004)
    parts = {
        name: Estimate(
            value=fall, n=6000, entities=5013, method="influence function by entity", spread=Normal(se=0.004)
        )
        for name, fall in zip(FEATURES, falls, strict=True)
    }
    bars = Bars(
        title="Fall when a feature is permuted",
        caption="Bars from zero; the thin line is the 95 % interval.",
        labels=FEATURES,
        values=falls,
        low=tuple(f - 0.008 for f in falls),
        high=tuple(f + 0.008 for f in falls),
        axis=Axis(title="Fall of the area under the ROC curve"),
    )
    cells = tuple(
        tuple(None if (i, j) == (3, 4) else fall * math.exp(-(11 - j) / 4) - 0.002 for j in range(12))
        for i, fall in enumerate(falls)
    )
    small = Heatmap(
        title="Feature by month", caption="Orange: needed; blue: better without. Grey: not measured.", rows=FEATURES, columns=STEPS,
        values=cells, value=Axis(title="Fall of the area under the ROC curve"), row_title="feature", column_title="months before the look", diverging=True,
    )  # fmt: skip
    variables = tuple(f"laboratory value no. {i + 1:02d} with a unit (mmol/l)" for i in range(37))
    grid = tuple(tuple(math.exp(-((i - 9) ** 2 + (j - 40) ** 2) / 180) * 0.02 for j in range(48)) for i in range(37))
    big = Heatmap(
        title="Thirty-seven variables by hour", caption="The darker, the more the score needs it: mostly the last eight hours.",
        rows=variables, columns=tuple(str(j) for j in range(1, 49)), values=grid, value=Axis(title="Mean absolute attribution"), column_title="hour",
    )  # fmt: skip
    measurement = Measurement(quantities={"fall": Quantity(parts=parts)}, shown=(bars, small, big))
    return _entry(
        "importance.permutation",
        "What the model needs.",
        about,
        known,
        params={"repeats": 5},
        measurement=measurement,
        evaluations=1_260_000,
    )


def _surrogate() -> Measured:
    about = (
        "How often a small tree decides as the model does, on rows that the tree was not fitted on.",
        "People can read a tree, and see whether its rules make sense.",
        "what the model does where the tree differs from it.",
    )
    known = {"agreement": Meaning(title="Agreement with the model", better="higher")}
    leaf = lambda value, n: Node(text="", value=value, n=n)  # noqa: E731 - four leaves, one line each
    root = Node(
        text="months in arrears, last month ≤ 0.5", value=0.262, n=3000,
        yes=Node(text=f"{CHINESE}，最近一个月 ≤ 0.85", value=0.151, n=2310, yes=leaf(0.094, 1720), no=Node(text="payment share, mean of the last 3 ≤ 12 %", value=0.317, n=590, yes=leaf(0.44, 210), no=leaf(0.249, 380))),
        no=Node(text=f"{HOSTILE} ≤ 0.6", value=0.634, n=690, yes=leaf(0.517, 402), no=leaf(0.797, 288)),
    )  # fmt: skip
    tree = Tree(
        title="The tree",
        caption="Each box shows the mean score of its rows and how many there are.",
        root=root,
        value=Axis(title="mean score", low=0, high=1),
    )
    rules = "if months in arrears, last month ≤ 0.5\n    if utilisation ≤ 0.85: score 0.09 (1 720 rows)\n    else: score 0.32 (590 rows)\nelse: score 0.63 (690 rows)"
    text = Text(title="The same as rules", caption="In original units.", body=rules)
    measurement = Measurement(
        quantities={"agreement": Quantity.of(_rate(0.8312, 3000, entities=2712))}, shown=(tree, text)
    )
    return _entry(
        "surrogate.fidelity",
        "A small tree describes the model.",
        about,
        known,
        params={"depth": 3},
        measurement=measurement,
    )


def _groups() -> Measured:
    about = (
        "Sensitivity at the decision threshold in each group, and every pairwise difference.",
        "A group whose cases are missed more often is harmed by using the model.",
        "differences in false alarms; attributes that were not recorded.",
    )
    known = {
        "sensitivity": Meaning(title="Sensitivity", better="higher", per="group"),
        "difference": Meaning(title="Difference of sensitivity", better="target", per="pair of groups"),
    }
    parts = {name: _rate(value, n, entities=n - 20) for name, (value, n) in REGIONS.items()}
    absent = {"islands": "fewer than 10 rows with the outcome; suppressed"}
    pairs = {}
    names = list(REGIONS)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            first, second = parts[one], parts[other]
            spread = Mover(
                first_value=first.value,
                first=Wilson(size=first.n * 0.9),
                second_value=second.value,
                second=Wilson(size=second.n * 0.9),
            )
            n = first.n + second.n
            pairs[f"{one} − {other}"] = Estimate(
                value=first.value - second.value,
                n=n,
                events=n // 2,
                entities=n - 40,
                method="MOVER (Newcombe), by entity",
                spread=spread,
            )
    dots = Bars(
        title="Sensitivity by region", caption="Intervals that hardly overlap point to a real difference.",
        labels=tuple(parts), values=tuple(p.value for p in parts.values()), low=tuple(p.interval(0.95).low for p in parts.values()),
        high=tuple(p.interval(0.95).high for p in parts.values()), axis=Axis(title="Sensitivity"), points=True, reference=0.6431,
    )  # fmt: skip
    measurement = Measurement(
        quantities={
            "sensitivity": Quantity(parts=parts, unmeasured=absent),
            "difference": Quantity(parts=pairs, unmeasured=absent),
        },
        shown=(dots,),
    )
    return _entry(
        "bias.equal_opportunity",
        "People who default are found equally often in every group.",
        about,
        known,
        params={"attribute": "region"},
        measurement=measurement,
    )


def _wanted(name: str, key: str, text: str, severity: str, limit: dict[str, Any], **more: Any) -> dict[str, Any]:
    check, _, attribute = key.partition("(attribute=")
    params = {"with": {"attribute": attribute.rstrip(")")}} if attribute else {}
    return {
        "id": name,
        "key": key,
        "check": check,
        "text": text,
        "severity": severity,
        "limit": limit,
        **params,
        **more,
    }


_REGION = "bias.equal_opportunity(attribute=region)"
_REQUIREMENTS: list[dict[str, Any]] = [
    _wanted("ART-1", "artifact.finite", "Every weight of the model is a finite number.", "blocker", {"quantity": "nonfinite_weights", "at_most": 0},
            rationale="A single NaN weight can silence a whole layer."),
    _wanted("REP-1", "performance.replication", "The scores computed here are those that the developer recorded.", "major",
            {"quantity": "beyond_tolerance", "at_most": 0}, rationale="Another version of the model shows nowhere else."),
    _wanted("PERF-1", "performance.discrimination", "Customers who default are ranked above customers who do not.", "blocker", {"quantity": "auroc", "at_least": 0.70},
            cites=["eu-ai-act/art-15-1", "sr-11-7/V"], rationale="0.70 is a convention for behavior scores, not a norm; replace it by your incumbent's value."),
    _wanted("PERF-2", "performance.calibration", "The predicted chances are neither too extreme nor too timid.", "major", {"quantity": "slope", "between": [0.8, 1.25]},
            rationale="A slope of 1 is ideal; the band is a convention."),
    _wanted("PERF-3", "performance.discrimination", "Average precision beats the incumbent's.", "minor", {"quantity": "precision", "at_least": 0.4}),
    _wanted("PERF-4", "performance.error", "The expected loss is right to 100 EUR.", "minor", {"quantity": "mae", "at_most": 100}, may_not_apply="Only for models of an amount."),
    _wanted("BEH-1", "behavior.noise", "Few decisions flip under noise of the size of the data's own error.", "major", {"quantity": "flipped", "at_most": 0.05, "parts": ["1 ×"]},
            rationale="5 % is a convention."),
    _wanted("BEH-2", "behavior.noise", "Few decisions flip even under twice that noise.", "major", {"quantity": "flipped", "at_most": 0.05, "parts": ["2 ×"]}),
    _wanted("IMP-1", "importance.permutation", "No single feature carries the model.", "minor", {"quantity": "fall", "at_most": 0.2}),
    _wanted("SUR-1", "surrogate.fidelity", "A small tree describes most of what the model does.", "minor", {"quantity": "agreement", "at_least": 0.85}),
    _wanted("FAIR-REGION", _REGION, "Customers who default are found equally often in every region.", "blocker", {"quantity": "difference", "between": [-0.1, 0.1]},
            cites=["eu-ai-act/art-10-2-f"], rationale="A difference between groups is a measurement; what law applies depends on place and date."),
    _wanted("FAIR-FLOOR", _REGION, "In no region are fewer than four in ten found.", "major", {"quantity": "sensitivity", "at_least": 0.4, "parts": list(REGIONS)}),
    {"id": "HUM-1", "text": "The purpose of the model and its limits have been stated by its owner.", "attest": {"role": "model owner"}, "severity": "major"},
    {"id": "HUM-2", "text": "A person can overrule the model in every case.", "attest": {"role": "head of collections", "evidence": "required"}, "severity": "blocker",
     "rationale": "Only a person can state this."},
]  # fmt: skip
_POLICY = {
    "policy": "finance/credit-default",
    "version": 3,
    "title": "Minimum evidence for a credit default model",
    "description": "For models that estimate the chance that a customer defaults.",
    "requirements": [{key: value for key, value in one.items() if key != "key"} for one in _REQUIREMENTS],
}
_WAIVERS = (
    Waiver(
        requirement="BEH-2", reason="Nobody enters values by hand in this process.", approver="A. Kowalska, risk committee",
        approved=datetime.date(2025, 9, 1), expires=datetime.date(2026, 2, 28), compensating_control="Monthly comparison with the ledger.",
    ),
)  # fmt: skip
_ATTESTATIONS = (
    Attestation(
        requirement="HUM-1", name="Dr. M. Okafor", role="model owner", date=datetime.date(2025, 11, 3), model_sha256=MODEL,
        statement="The model ranks existing customers for early contact. It is not for new applicants.",
        reservation="To be looked at again when the limit strategy changes.", expires=datetime.date(2026, 11, 2),
    ),
)  # fmt: skip
_IDENTITY = {
    "name": "Revolving credit default LSTM",
    "version": "2.3.1",
    "owner": "Retail credit risk, model team",
    "intended_use": "Ranks existing revolving-credit customers each month by their chance of default within twelve months, so that the early-contact "
    "team can call the thousand at the top. Not for applications, not for pricing, not for closing accounts.",
    "population": "Retail customers with an open revolving limit and at least four months of history.",
    "materiality": "high",
}  # fmt: skip
_MODEL = {
    "file": {"name": "model.keras", "sha256": MODEL, "bytes": 412_833},
    "format": "keras-v3",
    "keras_version": "3.15.1",
    "parameters": 48_301,
    "nonfinite_weights": 0,
    "inputs": {"sequence": (12, 9), "static": (2,)},
    "outputs": {"probability": (1,)},
    "layers": [
        {"name": "sequence", "kind": "InputLayer", "output_shape": (12, 9), "parameters": 0},
        {"name": "masking", "kind": "Masking", "output_shape": (12, 9), "parameters": 0},
        {"name": "lstm", "kind": "LSTM", "output_shape": (None, 64), "parameters": 18_944},
        {"name": "lstm_1", "kind": "LSTM", "output_shape": (64,), "parameters": 29_292},
        {"name": "probability", "kind": "Dense", "output_shape": (1,), "parameters": 65},
    ],
}
_DATA = {
    "name": "revolving-credit-2024",
    "description": "A row is a look at an account: up to 12 monthly lines before the look, and whether the account defaulted in the 12 months after.",
    "source": "Core banking ledger, extract of 2025-01-15.",
    "files": [_file("reference.parquet", "a1", 1_410_864), _file("test.parquet", "b2", 907_532)],
    "task": "binary",
    "target": "default within 12 months",
    "unit": "",
    "output": "probability",
    "test": {"rows": 6000, "entities": 5013, "events": 1571, "steps": (4, 12), "span": ("2024-01-31T00:00:00", "2024-06-30T00:00:00"), "dropped": {"accounts without any line": 12}},
    "reference": {"rows": 24_310, "entities": 20_101, "events": 6012, "steps": (4, 12), "span": ("2021-01-31T00:00:00", "2023-12-31T00:00:00"), "dropped": {}},
    "independence": "6,000 rows in 5,013 entities; intervals are by entities",
    "features": [
        {"name": name, "kind": "numeric", "unit": "EUR" if at == 6 else "share", "description": "As the ledger shows it at the end of the month." if at else "", "low": 0, "high": 1.3 if at else 6, "static": at == 6, "missing": 0.013 * at}
        for at, name in enumerate(FEATURES)
    ],
    "groups": [
        {"name": "region", "rows": {"north": 1611, "east": 1498, "west": 1502, "south": 1389, "islands": None}, "unknown": 0},
        {"name": "sex", "rows": {"female": 3022, "male": 2960}, "unknown": 18},
    ],
    "notes": ["The lines of 3 accounts were not in the order of time and were sorted."],
}  # fmt: skip
_ENVIRONMENT = {
    "auditor": "0.1.0",
    "python": "3.11.9",
    "platform": "Linux-6.1.0-x86_64-with-glibc2.36",
    "packages": {"numpy": "2.3.5", "scipy": "1.16.3", "tensorflow": "2.21.0", "keras": "3.15.1", "altair": "6.3.0", "weasyprint": "70.0"},
    "isolation": ["own process", "no network", "private folder", "memory limit 4 GB"],
}  # fmt: skip
_RUN = {
    "started": "2025-11-21T11:58:03+00:00",
    "finished": "2025-11-21T11:59:21+00:00",
    "seconds": 78.4,
    "evaluations": 1_356_000,
    "check_seconds": {"artifact.finite": 0.41, "performance.discrimination": 2.02, "importance.permutation": 48.3},
}

_CHANGES = [
    {
        "requirement": "PERF-1",
        "key": "limit",
        "before": "auroc at least 0.8",
        "after": "auroc at least 0.75",
        "kind": "looser",
        "where": "credit-default.yaml:12:5",
    },
    {
        "requirement": "BEH-1",
        "key": "with.multiple",
        "before": "1",
        "after": "2",
        "kind": "other",
        "where": "credit-default.yaml:31:12",
    },
]

"""Numbers told of a hundred people or rows, for who decides: what a share, a difference or an area comes to."""

from __future__ import annotations

from auditor.record import Finding, Judged
from auditor.render.words import Words

_BETWEEN = " \N{MINUS SIGN} "  # as contrasts name their pairs: north − south
_WORST = "worst case"


def of_a_hundred(finding: Finding, words: Words) -> str:
    """The deciding number of a finding in a sentence without a term; empty where none is known for it."""
    limit = finding.requirement.limit
    if limit is None or not finding.judged:
        return ""
    judged, check = finding.judged[0], finding.requirement.check
    if check.startswith("bias."):
        return _between_groups(limit.quantity, judged, words)
    if check == "behavior.worst_case" and judged.part != _WORST:
        return ""  # the same size in any other direction
    text = _alone(words).get((check, limit.quantity), "")
    told = text.format(n=_hundred(judged.value, words), part=judged.part)
    named = "{part}" in text or judged.part in ("", _WORST)
    return told if named or not told else f"{told.removesuffix('.')} ({judged.part})."


def _alone(words: Words) -> dict[tuple[str, str], str]:
    """By check and quantity. {n}: of a hundred; {part}: what the number is of, told at the end where not named."""
    changed = words("With {part}, {n} of 100 decisions would have been another.")
    return {
        ("performance.discrimination", "auroc"): words(
            "Of two rows, one with the outcome and one without, the model puts the right one higher {n} times in 100."
        ),
        ("performance.threshold", "sensitivity"): words("Of 100 with the outcome, it finds {n}."),
        ("performance.threshold", "specificity"): words("Of 100 without the outcome, it leaves {n} unmarked."),
        ("performance.threshold", "ppv"): words("Of 100 that it marks, {n} have the outcome."),
        ("behavior.noise", "flipped"): words(
            "With {part} the error of measurement, {n} of 100 decisions would have been another."
        ),
        ("behavior.missing", "flipped"): changed,
        ("behavior.worst_case", "flipped"): words(
            "If every value were off by its error in the worst direction, {n} of 100 decisions would be another."
        ),
        ("behavior.domain", "outside"): words("Of 100 rows, {n} are unlike those that the model was made from."),
        ("importance.reasons", "same_first"): words("With {part}, {n} of 100 rows keep their first reason."),
        ("importance.counterfactual", "found"): words(
            "For {n} of 100, a change was found that would have turned the decision."
        ),
        ("surrogate.fidelity", "agreement"): words("On {n} of 100 rows the rules decide as the model does."),
    }


def _between_groups(quantity: str, judged: Judged, words: Words) -> str:
    """A difference of two groups, told from the one that has more."""
    of_class, _, pair = judged.part.rpartition(": ")
    one, _, other = pair.partition(_BETWEEN)
    told = {
        "sensitivity_difference": words(
            "Of 100 with the outcome in each group, {n} more are found in ‘{more}’ than in ‘{less}’"
        ),
        "selection_rate_difference": words(
            "Of 100 in each group, {n} more get the favourable decision in ‘{more}’ than in ‘{less}’"
        ),
        "ppv_difference": words(
            "Of 100 that are marked in each group, {n} more have the outcome in ‘{more}’ than in ‘{less}’"
        ),
    }.get(quantity, "")
    if not other or not told:
        return ""
    more, less = (one, other) if judged.value >= 0 else (other, one)
    text = told.format(n=_hundred(abs(judged.value), words), more=more, less=less)
    return f"{text} ({of_class})." if of_class else f"{text}."


def _hundred(share: float, words: Words) -> str:
    if 0 < share < 0.005:
        return words("fewer than 1")
    return words("about {n}", n=words.numbers.count(round(100 * share)))

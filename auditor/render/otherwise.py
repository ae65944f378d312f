"""What would have turned the decision about one row, or have led to another class, in words."""

from __future__ import annotations

from auditor.explain.told import Changed, Explanation, Otherwise, Rival
from auditor.render.explained import Part
from auditor.render.personal import beside_threshold, changes_text, score_text
from auditor.render.telling import sentence
from auditor.render.view import Grid, Head
from auditor.render.words import Words


def otherwise(told: Explanation, say: Words) -> Part | None:
    """The nearest counterfactual, or why there is none; None where nothing is decided."""
    if told.rivals:
        return _classes(told, say)
    if told.decision is None:
        return None
    title = say("What would have turned the decision")
    if told.otherwise is None:
        return Part("otherwise", title, text=(sentence(told.no_otherwise),))
    lead = say.many(
        "With {count} value otherwise and all else as it is, the score would be {score}, on the other side:",
        "With {count} values otherwise and all else as it is, the score would be {score}, on the other side:",
        len(told.otherwise.changes),
        score=beside_threshold(told, told.otherwise.score, say),
    )
    points = tuple(_changes(told.otherwise, told.step, say))
    return Part("otherwise", title, text=(lead,), points=points, after=(_no_advice(say),))


def _classes(told: Explanation, say: Words) -> Part:
    """The nearest counterfactual to each of the other classes."""
    heads = (
        Head(say("Class")),
        Head(say("Score"), "right"),
        Head(say("What would have made it the one predicted, all else as it is")),
        Head(say("Its score then"), "right"),
    )
    left = told.classes - 1 - len(told.rivals)
    more = say("{count} other classes with lower scores were not asked about.", count=left) if left else ""
    table = Grid(say("Nearest changes"), heads, tuple(_rival(one, told, say) for one in told.rivals), after=more)
    return Part("otherwise", say("What would have led to another class"), grids=(table,), after=(_no_advice(say),))


def _rival(one: Rival, told: Explanation, say: Words) -> tuple[str, ...]:
    now = score_text(told, one.score, say)
    if one.otherwise is None:
        return one.name, now, say("nothing that the search tried, within what the reference rows show"), "–"
    changes = "; ".join(_changes(one.otherwise, told.step, say))
    return one.name, now, changes, score_text(told, one.otherwise.score, say)


def _changes(other: Otherwise, step: str, say: Words) -> list[str]:
    """One text a cell; of stretches, one a feature."""
    groups: dict[object, list[Changed]] = {}
    for at, change in enumerate(other.changes):
        groups.setdefault(change.of.name if other.stretches else at, []).append(change)
    return [changes_text(group, step, say) for group in groups.values()]


def _no_advice(say: Words) -> str:
    return say("It tells how the model decides near this row, and is no advice: what is past cannot be changed.")

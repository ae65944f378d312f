"""How intervals are made and judged, in words; and what the words mean."""

from __future__ import annotations

from auditor.record import Record
from auditor.render.view import Block, Fact
from auditor.render.words import Words


def method_blocks(record: Record, section: str, words: Words) -> tuple[Block, ...]:
    """Intervals, judging, verdict, glossary."""
    return (
        Block("intervals", f"{section}.1", words("Intervals"), text=_intervals(record, words)),
        Block(
            "judging",
            f"{section}.2",
            words("From interval to status"),
            facts=_statuses(words),
            text=_judging(record, words),
        ),
        Block("verdict", f"{section}.3", words("From statuses to verdict"), facts=_verdicts(words)),
        Block("glossary", f"{section}.4", words("Glossary"), facts=_glossary(words)),
    )


def _intervals(record: Record, words: Words) -> tuple[str, ...]:
    level = words.numbers.level(record.policy.statistics.level)
    return (
        words(
            "Every number that comes from a sample is printed with its {level} confidence interval, the rows, "
            "events and independent entities it rests on, and the method of the interval.",
            level=level,
        ),
        words(
            "Closed forms come first: Wilson for a proportion; MOVER (Newcombe) for a difference of two, Koopman’s "
            "score interval for their ratio; DeLong on the logit scale for an area under the ROC curve, and Clopper "
            "and Pearson’s bound from below where no pair is ranked wrongly; the influence function elsewhere, bent by "
            "Hall’s transformation for losses that few rows dominate. The distance of two samples has the "
            "distribution of the largest excursion, or of the area, of a Gaussian process; the stability index that "
            "of a noncentral chi-square. Where several rows belong to one entity, the variance is that of leaving out "
            "one entity at a time, and the quantile is Student’s t. Where no closed form exists, entities are drawn "
            "again with replacement (bootstrap)."
        ),
        words("In these data: {independence}.", independence=words.numbers.regrouped(record.data.independence)),
    )


def _judging(record: Record, words: Words) -> tuple[str, ...]:
    statistics = record.policy.statistics
    way = {
        "max-t": words("the max-t method, which uses how the parts are correlated"),
        "bonferroni": words("Bonferroni’s method"),
    }
    return (
        words(
            "A requirement with several parts (groups, pairs, classes) passes only if each part passes at the "
            "unadjusted level, so passing is never made easier by testing more. To fail, a part must lie outside "
            "with an interval widened for the number of parts by {way}, and for the number of blockers, so that "
            "chance alone seldom fails a sound model. The interval printed with a finding is the one that was "
            "judged.",
            way=way[statistics.multiplicity],
        ),
        words("Groups with fewer than {n} rows are neither printed nor judged.", n=statistics.smallest_cell),
    )


def _statuses(words: Words) -> tuple[Fact, ...]:
    return (
        Fact(words("Pass"), words("The whole interval of every part lies within the limit.")),
        Fact(
            words("Fail"),
            words("The whole interval of at least one part, widened as described below, lies outside the limit."),
        ),
        Fact(
            words("Inconclusive"),
            words(
                "Anything between; and any part with fewer than 20 rows, events, non-events or entities. Never a pass."
            ),
        ),
        Fact(words("Error"), words("The check could not be run to its end. Never a pass.")),
        Fact(
            words("Not applicable"),
            words(
                "The check has nothing to say about this model or these data. Never a pass, unless the policy "
                "declares in advance why it may not apply."
            ),
        ),
        Fact(words("Statement due"), words("Only a person can state it, and nobody has. Never a pass.")),
        Fact(words("Attested"), words("A named person has stated it about exactly this model.")),
        Fact(words("Waived"), words("Not passed; a named person has accepted that until a date, with a reason.")),
    )


def _verdicts(words: Words) -> tuple[Fact, ...]:
    return (
        Fact(words("FAIL"), words("A blocker failed.")),
        Fact(
            words("INCONCLUSIVE"),
            words(
                "No blocker failed, but a blocker is inconclusive, in error, awaits a statement, or does not apply "
                "without the policy having said so."
            ),
        ),
        Fact(
            words("CONDITIONAL"), words("Every blocker is settled; a major requirement is not, or something is waived.")
        ),
        Fact(words("PASS"), words("None of these.")),
    )


def _glossary(words: Words) -> tuple[Fact, ...]:
    return (
        Fact(words("Row"), words("One scored sequence: a window of an entity’s history, not a line of a file.")),
        Fact(words("Entity"), words("A person, account or patient. Rows of one entity are not independent.")),
        Fact(words("Event"), words("A row that has the outcome the model predicts.")),
        Fact(
            words("Requirement"),
            words("A line of the policy: what must hold, tested against a limit or stated by a person."),
        ),
        Fact(
            words("Severity"), words("Blocker, major or minor: what a requirement that is not met does to the verdict.")
        ),
        Fact(words("Part"), words("One group, pair of groups, class or step for which a quantity is estimated.")),
        Fact(
            words("Interval"), words("The values that the data are compatible with, at the stated level of confidence.")
        ),
        Fact(
            words("Reference data"),
            words("The rows the model was trained on or is compared with; never used as test rows."),
        ),
        Fact(words("Suppressed"), words("Not printed, because so few people could be recognised.")),
    )

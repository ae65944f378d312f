"""How to make this report again and check it; and the lines for those who sign."""

from __future__ import annotations

from auditor.history import Logged
from auditor.record import Record
from auditor.render.earlier import runs
from auditor.render.telling import check_title
from auditor.render.tested import files
from auditor.render.view import Block, Cell, Code, Fact, Grid, Head
from auditor.render.words import Words


def reproducibility_blocks(record: Record, section: str, words: Words) -> tuple[Block, ...]:
    """Digests, environment, commands, times."""
    policy = record.policy
    inputs = (record.model.file, *record.data.files, *policy.files, *record.files)
    facts = (
        Fact(words("Digest of the record’s body"), Code(record.body_sha256)),
        Fact(words("Policy"), f"{policy.title} ({policy.name}, {words('version {version}', version=policy.version)})"),
        Fact(words("Seed"), Code(str(record.seed))),
    )
    return (
        Block(
            "digests",
            f"{section}.1",
            words("What went in"),
            text=(words("Two audits with the same digest of the body found the same; times are not part of it."),),
            facts=facts,
            grids=(
                files({one.name + one.sha256: one for one in inputs}.values(), words("Files by their digests"), words),
            ),
        ),
        _environment(record, section, words),
        _again(section, words),
        _times(record, section, words),
    )


def _environment(record: Record, section: str, words: Words) -> Block:
    there = record.environment
    facts = (
        Fact(words("auditor"), there.auditor),
        Fact(words("Python"), there.python),
        Fact(words("Platform"), there.platform),
        Fact(
            words("Packages"), ", ".join(f"{name}\u00a0{version}" for name, version in sorted(there.packages.items()))
        ),
        Fact(words("Isolation of the model"), "; ".join(there.isolation) or words("none")),
    )
    return Block("environment", f"{section}.2", words("Environment"), facts=facts)


def _again(section: str, words: Words) -> Block:
    text = (
        words(
            "In the folder that this report lies in; the record is also attached to the PDF. None of these needs "
            "the model or the data."
        ),
    )
    commands = (
        "auditor render .",
        "auditor verify . --key PUBLIC_KEY.pem",
        "auditor judge record.json --policy POLICY.yaml",
    )
    told = (
        words("“auditor render” makes this report again from the record, byte for byte in the same environment."),
        words("“auditor verify” tells whether any sealed file has changed."),
        words("“auditor judge” holds the same measurements against another policy."),
    )
    return Block("again", f"{section}.3", words("Make it again, verify it"), text=text, commands=commands, points=told)


def _times(record: Record, section: str, words: Words) -> Block:
    run, numbers = record.run, words.numbers
    facts = (
        Fact(words("Started"), words.time(run.started)),
        Fact(words("Finished"), words.time(run.finished)),
        Fact(words("Duration"), f"{numbers.number(run.seconds, 1)}\u00a0s"),
        Fact(words("Rows evaluated by the model"), numbers.count(run.evaluations)),
        *_logged(run.archive, words),
    )
    rows: list[tuple[Cell, ...]] = []
    for key, entry in record.measured.items():
        seconds = run.check_seconds.get(key)
        rows.append(
            (
                check_title(key, record, words),
                numbers.count(entry.evaluations),
                "–" if seconds is None else numbers.number(seconds, 2),
            )
        )
    heads = (Head(words("Check")), Head(words("Evaluations"), "right"), Head(words("Seconds"), "right"))
    told = (words("What each check took stands in report.html."),)
    grid = Grid(words("What each check took"), heads, tuple(rows), aside=True)
    return Block("times", f"{section}.4", words("Times"), text=told, facts=facts, grids=(grid, *runs(record, words)))


def _logged(archive: Logged | None, words: Words) -> tuple[Fact, ...]:
    """What the archive's log held before this audit; its checkpoint, printed, holds the log to it."""
    if archive is None:
        return ()
    count = words.numbers.count
    one, several = "{name}, {count} entry before this one", "{name}, {count} entries before this one"
    told = words.many(one, several, archive.size, name=archive.origin)
    root = (*archive.checkpoint.split("\n"), "", "", "")[2]
    return (
        Fact(words("Archive"), told),
        Fact(words("Its checkpoint"), Code(root)),
        Fact(words("Earlier runs of this model file"), count(archive.earlier)),
        Fact(words("Of other models on these data"), count(archive.related)),
    )


def signers(words: Words) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Who signs, and what each writes down."""
    fields = (words("Name"), words("Role"), words("Independence"), words("Date"), words("Signature"))
    validator = words("Validator – has examined this report and its evidence")
    reviewer = words("Second reviewer – has reviewed the validator’s examination")
    return ((validator, fields), (reviewer, fields))

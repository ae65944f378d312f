"""What the policy in force asks otherwise than the one it extends: nobody may loosen a limit in silence."""

from __future__ import annotations

from auditor.policy import PolicyChange
from auditor.record import Record
from auditor.render.view import Block, Cell, Chip, Code, Grid, Head
from auditor.render.words import Words


def change_blocks(record: Record, section: str, words: Words) -> tuple[Block, ...]:
    """A table of what was loosened, or changed in a way that policies alone do not tell; nothing where nothing was."""
    changes = record.policy.changes
    if not changes:
        return ()
    heads = (
        Head(words("Requirement"), narrow=True),
        Head(words("What")),
        Head(words("In the policy extended")),
        Head(words("In force")),
        Head(words("Effect")),
        Head(words("Written in")),
    )
    rows = tuple(_row(one, words) for one in sorted(changes, key=lambda one: one.kind))
    caption = words("Requirements that this policy changed otherwise than by tightening them")
    grid = Grid(caption, heads, rows)
    return (Block("policy-changes", f"{section}.1", words("Changed against the policy extended"), grids=(grid,)),)


def loosened(record: Record, words: Words) -> str:
    """How many changes make it easier to pass."""
    count = sum(one.kind == "looser" for one in record.policy.changes)
    return words.many(
        "{count} place (technical report, section 2)", "{count} places (technical report, section 2)", count
    )


def _row(change: PolicyChange, words: Words) -> tuple[Cell, ...]:
    looser = change.kind == "looser"
    return (
        change.requirement or words("all"),
        change.key or words("the requirement"),
        change.before or words("nothing"),
        change.after or words("nothing"),
        Chip("open" if looser else "minor", words("looser") if looser else words("not comparable")),
        Code(change.where),
    )

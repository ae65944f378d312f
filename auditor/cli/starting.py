"""The command for a first audit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from auditor.cli.options import FILE, NEW


@click.command()
@click.argument("model", type=FILE)
@click.argument("data", type=FILE, nargs=-1, required=True)
@click.option("--out", type=NEW, default=Path("audit"), show_default=True, help="The folder to make.")
@click.option("--reference", type=FILE, help="A file like DATA with what the model was trained on.")
@click.option("--static", "static_file", type=FILE, help="A file with one line an entity, joined by its column.")
@click.option("--entity", help="The column that says whose line it is.")
@click.option("--time", help="The column that orders the lines.")
@click.option("--target", help="The column that the model predicts.")
@click.option("--task", type=click.Choice(["binary", "multiclass", "regression"]), help="What kind of prediction.")
@click.option("--output", help="The model's output that is audited, where it has several.")
@click.option("--feature", "features", multiple=True, help="A column a step, in the model's order; repeat for each.")
@click.option(
    "--static-feature", "statics", multiple=True, help="A column a row, in the model's order; repeat for each."
)
@click.option("--group", "groups", multiple=True, help="A column by which people are compared; repeat for each.")
@click.option("--threshold", type=float, help="The score from which on something is done.")
@click.option("--policy", help="A shipped policy by name, or a file ending in .yaml.")
def init(data: tuple[Path, ...], out: Path, **wanted: Any) -> None:
    """Write a first audit of MODEL on DATA.

    Looks at both (DATA: .parquet, .csv or .npz; of several files with the same columns, at the first) and writes
    dataset.yaml, policy.yaml, audit.yaml and attestations.yaml, which run at once.
    What no option tells is guessed, and marked as a guess with its reason; in a terminal the gravest are asked for.
    The policy asks the model's owner to confirm it. Nothing is overwritten.
    """
    from auditor.app.init import init as perform
    from auditor.app.start.rules import CONFIRMED
    from auditor.app.start.wishes import Wishes
    from auditor.cli.terminal import one_line

    started = perform(Wishes(data=data[0], more=data[1:], **wanted), out, _ask)
    for line in started.told:
        click.echo(one_line(line))
    folder = one_line(str(started.folder))
    click.echo(f"{started.guesses} guesses are marked in {folder}/*.yaml: read them. Then:\n")
    click.echo(f"  auditor run {folder}/audit.yaml")
    click.echo("\nThe verdict stays open until the model's owner has confirmed them:\n")
    said = '--role "model owner" --name NAME --statement TEXT --expires YYYY-MM-DD'
    click.echo(f"  auditor attest {folder}/audit.yaml {CONFIRMED} {said}")


def _ask(question: str, guess: str) -> str:
    """Asks somebody at a terminal; where nobody is there, the guess stands."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return guess
    return str(click.prompt(question, default=guess, err=True))

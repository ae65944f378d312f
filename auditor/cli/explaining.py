"""The command that explains single scores."""

from __future__ import annotations

from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(path_type=Path)


@click.command()
@click.argument("audit", type=_FILE, metavar="AUDIT.yaml")
@click.option("--entity", required=True, help="Who: the name that the data have in the column of the entity.")
@click.option("--rows", type=click.IntRange(1, 100), default=1, show_default=True, help="So many of the latest rows.")
@click.option("--out", type=_NEW, help="The folder to make. Default: the next free reports/NAME-explained-<n>.")
@click.option("--quiet", is_flag=True, help="No progress.")
@click.option(
    "--trust-custom",
    multiple=True,
    metavar="MODULE:OBJECT",
    help="Let a layer or function run that is not Keras's own.",
)
def explain(
    audit: Path, entity: str, rows: int, out: Path | None, trust_custom: tuple[str, ...], *, quiet: bool
) -> None:
    """Explain why one person has their score.

    Writes a page for each row: the course, what moved the score and when, what would have turned the decision, similar
    cases; the same as JSON; and a letter to the person, where the audit file names a file of reasons. The pages hold
    one person's data: keep them as such.
    """
    from auditor.app.explain import explain as perform
    from auditor.cli.progress import telling
    from auditor.cli.terminal import one_line
    from auditor.render.personal import summary
    from auditor.render.words import words

    with telling(quiet=quiet) as progress:
        told, folder = perform(audit, entity, out, rows, progress, trust_custom)
    for one in told:
        for sentence in summary(one, words(one.language)):
            click.echo(one_line(sentence))
    click.echo(one_line(str(folder)))

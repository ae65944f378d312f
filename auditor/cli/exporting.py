"""The commands that write a record for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import FILE, NEW


@click.group()
def export() -> None:
    """Write a record for other programs."""


@export.command()
@click.argument("record", type=click.Path(exists=True, path_type=Path), metavar="RECORD")
@click.option("--out", type=NEW, help="The folder to make. Default: the next free reports/NAME-tensorboard-<n>.")
@click.option("--model", type=FILE, help="The model that was audited, for histograms of its weights.")
def tensorboard(record: Path, out: Path | None, model: Path | None) -> None:
    """Write event files for TensorBoard.

    RECORD is an audit's folder or its record.json. Estimates become scalars with the ends of their 95 % intervals,
    charts and heat maps images, weights histograms. Needs `pip install 'auditor[tensorboard]'`.
    """
    from auditor.app.tensorboard import tensorboard as perform

    folder = perform(record, out, model)
    click.echo(f"written      {folder}\nto look at   tensorboard --logdir {folder}")

"""The commands. Each reads its arguments, calls one use of the program, and tells what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.cli.archiving import archive
from auditor.cli.explaining import explain
from auditor.cli.exporting import export
from auditor.cli.options import logged, template
from auditor.cli.policies import policy, regulations
from auditor.cli.releasing import compare, gate, replay
from auditor.cli.sealing import keys, seal, sign_off, verify
from auditor.cli.starting import init
from auditor.cli.stating import attest, waive

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_RECORD = click.Path(exists=True, path_type=Path)
_NEW = click.Path(path_type=Path)
_OUT = click.option("--out", type=_NEW, help="The folder to make. Default: the next free reports/NAME-<n>.")
_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github"]),
    default="text",
    show_default=True,
    help="How to tell the outcome; github: as annotations at the lines of the policy.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="auditor", message="auditor %(version)s")
def auditor() -> None:
    """Audit a trained LSTM against a policy.

    \b
    Exit codes: 0 PASS or CONDITIONAL; 1 FAIL or INCONCLUSIVE; 2 what you wrote is wrong;
    3 what a file contains cannot be used; 4 as 1, but only because a check crashed;
    5 a signature or digest does not verify; 70 a bug; 130 interrupted.
    """  # noqa: D301 - \b keeps click from joining the lines


@auditor.command()
@click.argument("audit", type=_FILE, metavar="AUDIT.yaml")
@_OUT
@click.option("--quiet", is_flag=True, help="No progress.")
@click.option(
    "--trust-custom",
    multiple=True,
    metavar="MODULE:OBJECT",
    help="Let a layer or function run that is not Keras's own.",
)
@click.option("--trust", type=_RECORD, help="The trust store whose keys count for waivers and attestations.")
@logged
@template
@_FORMAT
def run(
    audit: Path,
    out: Path | None,
    trust_custom: tuple[str, ...],
    trust: Path | None,
    template: str | None,
    form: str,
    *,
    quiet: bool,
    **log: Any,
) -> int:
    """Audit a model and write a report.

    Measures what the policy asks for, judges it, and writes record and reports to a new folder. A model file that could
    run code of its own is refused, which is recorded too; --trust-custom makes an exception that the report tells.
    """
    from auditor.app.logged import Into
    from auditor.app.outcome import exit_code
    from auditor.app.people import idle, refuse_misnamed
    from auditor.app.run import run as perform
    from auditor.cli.archived import told_to
    from auditor.cli.passphrase import passphrase
    from auditor.cli.progress import telling
    from auditor.cli.terminal import one_line, show

    with telling(quiet=quiet) as progress:
        record, folder = perform(
            audit, out, progress, trust_custom, trust, Into(**log, passphrase=passphrase), template
        )
    show(record, folder, form, audit.parent)
    if record.run.archive:
        click.echo(told_to(record.run.archive), err=True)
    for note in idle(audit, record):
        click.echo(f"note: {one_line(note)}", err=True)
    refuse_misnamed(audit, record)
    return exit_code(record)


@auditor.command()
@click.argument("record", type=_RECORD)
@click.option("--policy", required=True, help="A shipped policy by name, or a file ending in .yaml.")
@_OUT
@click.option("--level", type=click.FloatRange(0.5, 1, min_open=True, max_open=True), help="Confidence level instead.")
@template
@_FORMAT
def judge(record: Path, policy: str, out: Path | None, level: float | None, template: str | None, form: str) -> int:
    """Judge a record by another policy.

    Holds the measurements of RECORD (an audit's folder or record.json) against a policy; the model is not run.
    """
    from auditor.app.judge import judge as perform
    from auditor.app.outcome import exit_code
    from auditor.cli.terminal import show

    judged, folder = perform(record, policy, out, level, template)
    show(judged, folder, form, Path(policy).parent)
    return exit_code(judged)


@auditor.command()
@click.argument("record", type=_RECORD)
@_OUT
@template
def render(record: Path, out: Path | None, template: str | None) -> None:
    """Make the reports of a record again.

    RECORD is an audit's folder or a record.json. In the same environment the reports are the same, byte for byte.
    """
    from auditor.app.render import render as perform
    from auditor.cli.terminal import one_line

    click.echo(one_line(str(perform(record, out, template))))


@auditor.command()
@click.argument("check_id", metavar="[ID]", required=False)
def checks(check_id: str | None) -> None:
    """List the checks, or tell all about one."""
    from auditor.cli.listing import all_checks, one_check

    click.echo(one_check(check_id) if check_id else all_checks())


auditor.add_command(policy)


@auditor.command()
@click.argument(
    "kind", type=click.Choice(["policy", "audit", "dataset", "waivers", "attestations", "reasons", "record"])
)
def schema(kind: str) -> None:
    """Print the JSON Schema of a file that you write, or of the record.

    With it an editor completes keys and marks faults: save it, and name it in the file's first line as
    `# yaml-language-server: $schema=FILE`.
    """
    import json

    from auditor.app.schema import schema as made

    click.echo(json.dumps(made(kind), indent=2, ensure_ascii=False))


for _command in (
    init,
    regulations,
    attest,
    waive,
    keys,
    seal,
    sign_off,
    verify,
    archive,
    gate,
    replay,
    compare,
    explain,
    export,
):
    auditor.add_command(_command)

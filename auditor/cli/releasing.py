"""The commands around a release: gate, replay, compare."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import FILE, FOLDER

_STORE = click.Path(exists=True, path_type=Path)
_RECORD = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("model", type=FILE)
@click.option("--policy", required=True, help="A shipped policy by name, or a file ending in .yaml.")
@click.option("--archive", "place", type=FOLDER, required=True, help="The archive that holds the audit.")
@click.option("--trust", type=_STORE, help="The trust store: who may seal and sign off.")
@click.option("--key", "allowed", type=FILE, multiple=True, help="A public key that may seal.")
@click.option("--log-key", type=FILE, help="The public key of the archive's log. Default: the one in the archive.")
@click.option("--since", type=FILE, help="A checkpoint or receipt that you kept: the log must begin with it.")
@click.option("--conditional", is_flag=True, help="CONDITIONAL is enough.")
def gate(
    model: Path,
    policy: str,
    place: Path,
    trust: Path | None,
    allowed: tuple[Path, ...],
    log_key: Path | None,
    since: Path | None,
    *,
    conditional: bool,
) -> int:
    """Let a model through, or tell every reason why not.

    Ends with 0 only if the archive holds an audit of exactly this file: sealed by a trusted key, judged PASS by this
    policy or a newer version of it, not superseded, resting on nothing that has ended, with the sign-offs that the
    policy asks for. Else with 1.
    """
    from auditor.app.gate import Trusted
    from auditor.app.gate import gate as perform
    from auditor.cli.released import gated

    found = perform(model, policy, place, Trusted(allowed, trust, log_key, since), conditional=conditional)
    click.echo(gated(found, own_key=log_key is None, kept=since is not None))
    return 0 if found.opened else 1


@click.command()
@click.argument("audit", type=FOLDER, metavar="DIR")
@click.option("--model", type=FILE, required=True, help="The model's file.")
@click.option("--data", type=FILE, required=True, help="The audit's dataset.yaml, beside the data files.")
@click.option("--tolerance", type=click.FloatRange(min=0), help="Of a number, relative. Default: 1e-6.")
@click.option("--quiet", is_flag=True, help="No progress.")
@click.option("--trust-custom", multiple=True, metavar="MODULE:OBJECT", help="As the audit was run with.")
def replay(
    audit: Path, model: Path, data: Path, tolerance: float | None, trust_custom: tuple[str, ...], *, quiet: bool
) -> int:
    """Run an audit again, with what its folder recorded.

    Takes policy, parameters and seed from DIR, and refuses another model or other data. Ends with 0 if verdict and
    findings are the same and every number is within the tolerance, else with 1; prints what differs.
    """
    from auditor.app.replay import TOLERANCE
    from auditor.app.replay import replay as perform
    from auditor.cli.progress import telling
    from auditor.cli.released import replayed

    with telling(quiet=quiet) as progress:
        allowed = TOLERANCE if tolerance is None else tolerance
        found = perform(audit, model, data, progress, tolerance=allowed, trust=trust_custom)
    click.echo(replayed(found))
    return 0 if found.same else 1


@click.command()
@click.argument("first", type=_RECORD, metavar="FIRST")
@click.argument("second", type=_RECORD, metavar="SECOND")
@click.option("--model", "models", type=FILE, multiple=True, help="The model of each, for paired intervals (twice).")
@click.option("--data", type=FILE, multiple=True, help="Their dataset.yaml, beside the data files (once or twice).")
@click.option("--quiet", is_flag=True, help="No progress.")
def compare(first: Path, second: Path, models: tuple[Path, ...], data: tuple[Path, ...], *, quiet: bool) -> None:
    """Hold two audits side by side, such as champion and challenger.

    FIRST and SECOND are audits' folders or record.json files. Tells findings that appeared, disappeared or changed, and
    of each number that the policy judges the difference (second minus first) with its interval. With both models and
    their data, the same test rows are scored again, and what the task is usually measured by is compared row by row.
    """
    from auditor.app.compare import compare as perform
    from auditor.cli.released import compared, paired

    found = perform(first, second)
    click.echo(compared(found))
    if models or data:
        from auditor.app.paired import paired as score
        from auditor.cli.progress import telling

        with telling(quiet=quiet) as progress:
            rows = score((first, second), models, data, progress)
        click.echo(paired(rows, found.level))

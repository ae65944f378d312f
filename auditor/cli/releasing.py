"""The commands around a release: gate, replay, compare."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import FILE, FOLDER

_STORE = click.Path(exists=True, path_type=Path)


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
    click.echo(gated(found, own_key=log_key is None))
    return 0 if found.opened else 1

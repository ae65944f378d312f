"""The commands for policies."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import FILE, NEW

_POLICY = click.argument("named", metavar="POLICY")


@click.group()
def policy() -> None:
    """Work on policies.

    POLICY is the name of a shipped one, or the path of a file ending in .yaml.
    """


@policy.command()
@click.argument("policies", nargs=-1, required=True, metavar="POLICY...")
def lint(policies: tuple[str, ...]) -> None:
    """Tell every fault of policies."""
    from auditor.app.lint import lint as perform

    for line in perform(policies):
        click.echo(line)


@policy.command()
@_POLICY
@click.option("--effective", is_flag=True, help="As one YAML file, behind each value where it was written.")
def show(named: str, *, effective: bool) -> None:
    """Print what a policy requires, with all that it extends."""
    from auditor.app import policies
    from auditor.cli.terminal import one_line

    if effective:
        click.echo(policies.effective(named), nl=False)
    else:
        click.echo("\n".join(map(one_line, policies.overview(named))))


@policy.command()
@click.argument("before", metavar="POLICY")
@click.argument("after", metavar="OTHER")
def diff(before: str, after: str) -> None:
    """Print what OTHER asks otherwise than POLICY.

    Each difference is tighter, looser, or other: of another check or other parameters no policy can tell.
    """
    from auditor.app.policies import different, unrelated
    from auditor.cli.terminal import one_line

    found = list(different(before, after))
    for one in found:
        what = " ".join(part for part in (one.requirement, one.key) if part)
        told = one_line(f"{what}: {one.before or '(nothing)'} → {one.after or '(nothing)'}")
        click.echo(f"{one.kind:8} {told}")
    if found and unrelated(before, after):
        click.echo("note: neither of the two extends the other", err=True)
    if not found:
        click.echo("no difference that bears on a verdict")


@policy.command()
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="CASES.yaml")
def test(cases: Path) -> int:
    """Try a policy on made-up measurements.

    CASES.yaml names the policy and what is expected of each case. Ends with 1 where one comes out otherwise.
    """
    from auditor.app.cases import tried
    from auditor.cli.terminal import one_line

    results = tried(cases)
    for case in results:
        click.echo(f"{'OTHERWISE' if case.wrong else 'as expected':12}{one_line(case.name)}")
        for name, (want, found) in case.wrong.items():
            click.echo(f"{'':12}{one_line(f'{name}: expected {want}, found {found}')}")
    return int(any(case.wrong for case in results))


@policy.command()
@_POLICY
@click.option("--key", type=FILE, required=True, help="Your private key (PEM or PKCS#12).")
@click.option("--out", type=NEW, help="The file to make. Default: NAME.freeze.json, here.")
@click.option("--tsa", default="", metavar="URL", help="The time-stamp authority (RFC 3161) that proves when.")
def freeze(named: str, key: Path, out: Path | None, tsa: str) -> None:
    """Sign a policy before results are seen.

    Name the file in the audit as `frozen:`; the report then says when and by whom the policy was frozen, and an audit
    by a policy that was changed since is refused. With --tsa a time stamp is kept beside it and proves when, whatever
    becomes of the key. The passphrase of the key is asked for, or taken from AUDITOR_PASSPHRASE.
    """
    from auditor.app.freeze import freeze as perform
    from auditor.app.seal import stamp_of
    from auditor.cli.passphrase import passphrase

    file, digest = perform(named, key, passphrase, out, tsa)
    click.echo(f"frozen       {file}\npolicy       {digest}")
    if tsa:
        click.echo(f"time stamp   {stamp_of(file)}")


@click.command()
@click.argument("name", metavar="[ID|FILE]", required=False)
def regulations(name: str | None) -> None:
    """List the regulations that policies can cite, or the clauses of one.

    FILE is a catalogue of your own, ending in .yaml; every fault of it is told.
    None of it is legal advice. What could not be confirmed is called unverified.
    """
    from auditor.app.regulations import every, one

    for line in one(name) if name else every():
        click.echo(line)

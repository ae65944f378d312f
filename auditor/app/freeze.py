"""Freezing a policy before results are seen, and holding an audit's policy against its freeze."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from auditor.app.seal import stamp_of, stamp_put, write
from auditor.checks import CATALOGUE
from auditor.errors import WrittenFault
from auditor.loaders.policies import LoadedPolicy, load_policy
from auditor.policy import FrozenPolicy
from auditor.seal import freeze as seal
from auditor.seal import keys, stamp
from auditor.seal.trust import Trust


def freeze(named: str, key: Path, secret: Callable[[], bytes], out: Path | None, tsa: str = "") -> tuple[Path, str]:
    """Write a policy's freeze; returns its file and the digest of the policy in force.

    out: the file to be made (None: `<last part of the policy's name>.freeze.json` here). tsa: the address of the
    authority that stamps it, where given; its token lies beside the file. Raises WrittenFault where it is there
    already, or the policy is faulty; FileFault where no time stamp can be had or it cannot be written, and then nothing
    is left of it.
    """
    loaded = load_policy(named, CATALOGUE)
    policy = loaded.policy
    file = out or Path(f"{policy.policy.rpartition('/')[2]}.freeze.json")
    stamp_put(file)  # of who was killed before
    for one in (file, stamp_of(file)):
        if one.exists():
            raise WrittenFault("this is there already, and a freeze is never overwritten", where=str(one))
    files = [(one.name, one.sha256, one.bytes) for one in loaded.files]
    now = datetime.datetime.now(datetime.UTC)
    signer = keys.signer(key, secret)
    data = seal.frozen(policy.policy, str(policy.version), policy.digest(), files, now, signer)
    write(file, data, stamp.stamped(data, now.isoformat(timespec="seconds"), tsa) if tsa else b"")
    return file, policy.digest()


def held(path: Path, policy: LoadedPolicy, trust: Trust | None, where: str) -> FrozenPolicy:
    """The freeze of the policy in force.

    where: the place that names it. Raises WrittenFault where it is of another policy, or nobody can tell whose key
    signed it; SealFault where it, or its time stamp, does not hold.
    """
    if trust is None:
        remedy = "Give the trust store by --trust."
        raise WrittenFault("whose key froze the policy cannot be told", where=where, remedy=remedy)
    found = seal.opened(path, trust, datetime.datetime.now(datetime.UTC))
    if found.sha256 != policy.policy.digest():
        what = f"the policy in force is not the one that was frozen on {found.at[:10]}"
        remedy = "`auditor policy diff` tells what differs. Freeze it anew, before results are seen."
        raise WrittenFault(what, where=where, remedy=remedy)
    return FrozenPolicy(at=found.at, by=found.by, sha256=found.sha256, stamped_by=found.stamped_by)

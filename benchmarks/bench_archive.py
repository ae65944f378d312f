"""The archive's speed at 10,000 entries, and what it keeps when its writers are killed.

    python benchmarks/bench_archive.py [ENTRIES] [SECONDS]

Goals of the project: at 10,000 entries one more within 50 ms, and the log verified within 5 s, every signature of it,
in one pass. Killing: at every instruction of the log's machine and every call that changes the disk (tests/killing.py),
then two writers at once, killed at random moments for SECONDS. Nothing that a writer was told is kept may be lost.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from auditor.app import archive as uses
from auditor.app import proofs
from auditor.archive import store
from auditor.archive.check import check
from auditor.seal import keys

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from killing import FACTS

TESTS = Path(__file__).parent.parent / "tests"
MOST_ADD, MOST_VERIFY = 0.050, 5.0


def main() -> int:
    """Print a line for each goal; fail where one is missed."""
    entries, seconds = (int(given) for given in (*sys.argv[1:], 10_000, 20)[:2])
    with tempfile.TemporaryDirectory() as folder:
        archive, pair = uses.init(Path(folder, "archive"), "bench.example/audits", Path(folder, "keys"), None)
        signer = keys.signer(pair.private, bytes)
        missed = [*speed(archive, signer, entries), *kills(folder), *crowd(archive, pair.private, seconds)]
    return int(any(missed))


def speed(archive: store.Archive, signer: Any, entries: int) -> list[bool]:
    """Fill the log, then time one more entry (the median of 20, each with three files) and a verification."""
    with archive.writing(signer) as writer:
        for n in range(entries):
            writer.log.append(writer_body(n), signer)
    taken = []
    for n in range(20):
        start = time.perf_counter()
        with archive.writing(signer) as writer:
            writer.add("audit", FACTS, {"own": os.urandom(100_000), "more": b"%d" % n, "same": b"same"}, {})
        taken.append(time.perf_counter() - start)
    add = sorted(taken)[len(taken) // 2]
    start, used = time.perf_counter(), time.process_time()
    found = check(archive, archive.verifier, files=False)
    verify, used = time.perf_counter() - start, time.process_time() - used
    assert not found.problems
    print(
        f"{found.entries:,} entries: add {1000 * add:.0f} ms (goal {1000 * MOST_ADD:.0f}), longest {max(taken):.3f} s"
    )
    print(f"verify the log of {found.entries:,}: {verify:.1f} s, {used:.1f} s of it at work (goal {MOST_VERIFY:.0f})")
    start = time.perf_counter()
    out = archive.folder.with_name("receipt")
    proofs.receipt(archive.folder, entries // 2, out)
    print(f"{found.entries:,} entries: a receipt {time.perf_counter() - start:.2f} s, {out.stat().st_size:,} bytes")
    return [add > MOST_ADD, verify > MOST_VERIFY]


def writer_body(n: int) -> bytes:
    """An entry of usual size."""
    from dataclasses import asdict

    from auditor.archive import entry

    files = {f"evidence/{k}.parquet": {"sha256": f"{n:032x}{k:032x}", "bytes": 1000} for k in range(8)}
    return entry.written("audit", facts=asdict(FACTS), files=files)


def kills(folder: str) -> list[bool]:
    """Kill at every step."""
    command = [sys.executable, str(TESTS / "killing.py"), folder + "/steps", "1"]
    Path(folder, "steps").mkdir()
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    print(f"killed at {sum(told['kills'].values())} steps ({told['kills']}): {len(told['wrong'])} faults (goal 0)")
    return [bool(told["wrong"])]


def crowd(archive: store.Archive, key: Path, seconds: int) -> list[bool]:
    """Two writers at once, killed at random moments: what each was told is kept is there afterwards."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[3]); from killing import FACTS\n"
        "from auditor.archive import store; from auditor.seal import keys; import os\n"
        "archive, signer = store.opened(Path(sys.argv[1])), keys.signer(Path(sys.argv[2]), bytes)\n"
        "while True:\n"
        "    with archive.writing(signer) as writer:\n"
        "        own = os.urandom(1000)\n"
        "        made = writer.add('audit', FACTS, {'own': own}, {})[0]\n"
        "    print(made.index, made.files['own'].sha256, flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(archive.folder), str(key), str(TESTS)]
    promised: dict[int, str] = {}
    killed, until, draw = 0, time.monotonic() + seconds, random.Random(0)  # noqa: S311 - moments, not secrets
    while time.monotonic() < until:
        pair = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        firsts = [writer.stdout.readline() for writer in pair if writer.stdout]  # both have begun
        time.sleep(draw.random() / 2)
        for writer, first in zip(pair, firsts, strict=True):
            writer.send_signal(signal.SIGKILL)
            said = first + writer.communicate()[0]
            lines = [line.split() for line in said.splitlines(keepends=True) if line.endswith("\n")]
            promised |= {int(index): sha256 for index, sha256 in lines}
            killed += 1
    held = uses.holdings(archive.folder).entries
    lost = [index for index, sha256 in promised.items() if (held[index].files or {})["own"].sha256 != sha256]
    gone = [sha256 for sha256 in promised.values() if len(archive.blobs.read(sha256)) != 1000]
    problems = check(archive, archive.verifier, files=False).problems
    faults = len(lost) + len(gone) + len(problems)
    print(f"{killed} writers killed at random, {len(promised):,} entries promised: {faults} faults (goal 0)")
    return [faults > 0]


if __name__ == "__main__":
    raise SystemExit(main())

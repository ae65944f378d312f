"""The same record gives the same bytes, whoever renders it and whenever."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from render.small import small

from auditor.render.html import render_html
from auditor.render.pdf import render_pdf

_ELSEWHERE = """
import hashlib, sys
from auditor.record import Record
from auditor.render.html import render_html
from auditor.render.pdf import render_pdf
raw = sys.stdin.buffer.read()
record = Record.model_validate_json(raw)
page = render_html(record)
for data in (page.encode(), render_pdf(record, raw, html=page)):
    print(hashlib.sha256(data).hexdigest())
"""


def test_same_bytes_elsewhere(tmp_path: Path) -> None:
    """Another process, folder, time zone, language and order of sets: the same page and the same PDF."""
    record = small()
    raw = record.model_dump_json(by_alias=True).encode()
    page = render_html(record)
    here = [hashlib.sha256(data).hexdigest() for data in (page.encode(), render_pdf(record, raw))]
    place = {"PYTHONHASHSEED": "77", "TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE],
        input=raw,
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | place,
    )
    assert here == ran.stdout.decode().split()

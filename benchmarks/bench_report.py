"""Render a record as HTML and as PDF: seconds, cold and warm, pages and bytes.

    python benchmarks/bench_report.py [record.json]

Without a record: the tests' sample, which has every kind of drawing. The limit of the project: 5 s for 25 pages of PDF.
Seconds are of the processor; `cold` has the imports in it, which are paid once, however many pages come. A machine that
is busy with other things shows up to twice as many.
"""

import io
import sys
import time
from pathlib import Path

from auditor.record import Record
from auditor.render.html import render_html
from auditor.render.pdf import ready, render_pdf

MOST_SECONDS, PAGES = 5.0, 25


def given() -> Record:
    """The record that the command names, else the sample."""
    if len(sys.argv) > 1:
        return Record.model_validate_json(Path(sys.argv[1]).read_bytes())
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from render.sample import sample

    return sample()


def main() -> int:
    """Print a line for each pass; fail where one takes longer than the limit allows for its pages."""
    import pypdf

    record = given()
    raw = record.model_dump_json(by_alias=True).encode()
    longest = 0.0
    for name in ("cold", "warm"):
        start = time.process_time()
        page = render_html(record)
        drawn = time.process_time()
        ready()
        imported = time.process_time()
        pdf = render_pdf(record, raw, html=page)
        end = time.process_time()
        pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
        seconds = imported - drawn + (end - imported) * PAGES / pages
        longest = max(longest, seconds)
        print(
            f"{name}: {pages} pages, HTML {drawn - start:.1f} s and {len(page) / 1e6:.2f} MB, "
            f"imports {imported - drawn:.1f} s, "
            f"PDF {end - imported:.1f} s and {len(pdf) / 1e6:.2f} MB; {seconds:.1f} s for {PAGES} pages"
        )
    return int(longest > MOST_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())

"""Nothing that a file or a theme holds makes the report read another file, reach the network, or run."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from records import a_record

from auditor.errors import AuditorError, WrittenFault
from auditor.record import Record
from auditor.render.html import render_html
from auditor.render.pdf import render_pdf


@pytest.fixture
def server() -> Iterator[tuple[str, list[object]]]:
    """An address on this machine, and who came."""
    came: list[object] = []
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    over = threading.Event()

    def accept() -> None:
        while not over.is_set():
            try:
                connection, caller = listening.accept()
            except TimeoutError:
                continue
            came.append(caller)
            connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/x.png", came
    over.set()
    thread.join()
    listening.close()


def named(name: str) -> Record:
    """A record in which everything that a file can name is named so."""
    record = a_record({"PERF-1": "fail"})
    raw = record.model_dump(mode="json", by_alias=True)
    feature = {"name": name, "kind": "numeric", "unit": name, "description": name, "low": None, "high": None}
    raw["data"]["features"] = [feature | {"static": False, "missing": 0.0}]
    raw["data"]["groups"] = [{"name": name, "rows": {name: 500, "other": 500}, "unknown": 0}]
    raw["data"]["name"] = raw["data"]["source"] = raw["identity"]["name"] = raw["identity"]["owner"] = name
    raw["data"]["files"][0]["name"] = raw["model"]["file"]["name"] = raw["model"]["layers"][0]["name"] = name
    raw["findings"][0]["requirement"]["text"] = raw["findings"][0]["reason"] = name
    raw["not_tested"] = [name]
    return Record.model_validate(raw).sealed()


def test_names_fetch_nothing_and_run_nothing(server) -> None:
    """Addresses of files, of this machine and of scripts, in every name: they are text in HTML and in PDF."""
    address, came = server
    name = f"<img src=file:///etc/passwd><img src='{address}' onerror=alert(1)><script>alert(1)</script>{{{{ 7*7 }}}}"
    record = named(name)
    page = render_html(record)
    assert "<script" not in page
    assert "<img src=file" not in page
    assert f"<img src='{address}" not in page
    assert "49" not in re.findall(r"\{\{.{0,10}|>49<", page)
    assert "&lt;script&gt;" in page
    pdf = render_pdf(record, b"{}", html=page)
    assert b"root:x:0" not in pdf
    assert [] == came


def test_the_page_forbids_scripts_and_fetching() -> None:
    """Its own policy, for browsers: nothing but what is inside."""
    page = render_html(a_record())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy"\s+content="([^"]*)"', page)
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "part",
    [
        "<img src='{address}'>",
        "<img src='file:///etc/passwd'>",
        "<img src='/etc/passwd'>",
        "<link rel='stylesheet' href='{address}'>",
        "<style>p {{ background: url({address}) }}</style><p>x</p>",
        "<object data='file:///etc/passwd'></object>",
        "<svg width='9' height='9'><image href='file:///etc/passwd' width='9' height='9'/></svg>",
    ],
)
def test_a_template_that_asks_for_something_gets_no_pdf(server, tmp_path: Path, part: str) -> None:
    """It is told what it asked for; nobody is called, nothing is read."""
    address, came = server
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "sign_off.html").write_text(part.format(address=address))
    record = a_record()
    with pytest.raises(AuditorError, match=r"the template asks for"):
        render_pdf(record, b"{}", html=render_html(record, theme=tmp_path))
    assert [] == came


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("<p>\n<img src='logo.png'>", 2),
        ("<p>x</p>\n\n<img alt='' src=../logo.png>", 3),
        ("<link rel=stylesheet href=//example.org/x.css>", 1),
        ("<style>p { background:\nurl( 'x.png' ) }</style>", 2),
        ("<style>@import 'x.css';</style>", 1),
        ("<object\n data='x.svg'></object>", 2),
    ],
)
def test_what_a_template_would_load_is_told_at_its_line(tmp_path: Path, part: str, line: int) -> None:
    """Also a relative address, before anything is drawn; exit code 2."""
    (tmp_path / "parts").mkdir()
    file = tmp_path / "parts" / "sign_off.html"
    file.write_text(part)
    with pytest.raises(WrittenFault, match="the template asks for") as caught:
        render_html(a_record(), theme=tmp_path)
    assert f"{file}:{line}" == caught.value.problems[0].where


def test_an_address_that_is_made_later_is_refused_when_it_is_asked_for(tmp_path: Path) -> None:
    """Where no line can be told; exit code 2, as for the others."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "sign_off.html").write_text("<img alt='' src='{{ 'logo' }}.png'>")
    with pytest.raises(WrittenFault, match=r"the template asks for .*logo\.png"):
        render_html(a_record(), theme=tmp_path)


def test_a_template_may_show_what_it_holds_and_link_to_where_a_reader_may_go(tmp_path: Path) -> None:
    """data: addresses, places on the page, addresses to click on."""
    (tmp_path / "parts").mkdir()
    links = "<a href='https://example.org'>x</a><a href='#t'>y</a>"
    part = f"<img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>{links}"
    (tmp_path / "parts" / "sign_off.html").write_text(part)
    assert "https://example.org" in render_html(a_record(), theme=tmp_path)


@pytest.mark.parametrize("name", ["theme.css", "parts", "parts/sign_off.html", "notes.txt"])
def test_a_link_in_a_theme_is_refused(tmp_path: Path, name: str) -> None:
    """It could lead to any file of whoever renders, whose words would then be in the report."""
    theme, secret = tmp_path / "theme", tmp_path / "secret"
    secret.mkdir()
    (secret / "sign_off.html").write_text("the secret")
    (theme / name).parent.mkdir(parents=True)
    (theme / name).symlink_to(secret if name == "parts" else secret / "sign_off.html")
    with pytest.raises(WrittenFault, match="is a link, and no link of a theme is followed") as caught:
        render_html(a_record(), theme=theme)
    assert str(theme / name) == caught.value.problems[0].where


@pytest.mark.parametrize(
    "part",
    [
        "{% include '/etc/passwd' %}",
        "{% include '../../../../../../etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('touch marker').read() }}",
        "{{ self._TemplateReference__context }}",
        "{{ report.findings.append(1) }}",
    ],
)
def test_a_template_cannot_leave_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Neither by including files nor by climbing through Python's objects."""
    monkeypatch.chdir(tmp_path)
    theme = tmp_path / "theme"
    (theme / "parts").mkdir(parents=True)
    (theme / "parts" / "sign_off.html").write_text(part)
    with pytest.raises(WrittenFault):
        render_html(a_record(), theme=theme)
    assert ["theme"] == [path.name for path in tmp_path.iterdir()]

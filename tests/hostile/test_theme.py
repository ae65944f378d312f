"""A theme is a program of somebody else's: it ends, in bounds, and the page that it makes does nothing."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import tinyhtml5

from auditor.errors import Problem, WrittenFault
from auditor.render.bounded import Bounds, bounded
from auditor.render.harmless import content_security_policy, harmless
from auditor.render.html import page
from auditor.render.theme import Theme
from auditor.render.words import words

_HEAD = f'<head><meta charset=utf-8><meta http-equiv="Content-Security-Policy" content="{content_security_policy()}">'


def _theme(folder: Path, text: str, name: str = "letter.html") -> Theme:
    (folder / name).write_text(text)
    return Theme.of(folder)


def _refused(theme: Theme) -> tuple[Problem, ...]:
    with pytest.raises(WrittenFault) as caught:
        page("letter.html", words("en"), theme)
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{% include 'letter.html' %}", "includes or calls itself without end"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "includes or calls itself without end"),
        ("{{ ''|center(10000000000) }}", "too much memory"),
        ("{{ ('x'*9000)*900000000 }}", "too much memory"),
        ("{{ '%09999999999d' % 1 }}", "too much memory|too big"),
        ("{{ '{:>9999999999}'.format(1) }}", "too much memory"),
        ("{{ [1]|batch(10000000000, 0)|list }}", "too much memory|too many"),
        ("{% for i in range(10**9) %}{% endfor %}", "calculates no powers"),
        ("{% for i in range(1000000000) %}{% endfor %}", "Range too big"),
        ("{{ 9**9**9**9 }}", "calculates no powers"),
        ("{{ 1 // 0 }}", "by zero"),
        ("{{ 'a' + 1 }}", "str"),
    ],
)
def test_a_template_that_asks_for_too_much_is_told_at_its_line(tmp_path: Path, written: str, said: str) -> None:
    """No traceback, no bug of the program: exit code 2, file and line."""
    theme = _theme(tmp_path, f"<p>\n{written}")
    (problem,) = _refused(theme)
    assert f"{tmp_path / 'letter.html'}:2" == problem.where
    assert problem.what.startswith("the template cannot be used")
    assert re.search(said, problem.what)


def test_a_loop_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By processor time, at the line where it was."""
    monkeypatch.setattr("auditor.render.html._FILLED", Bounds(0.1, 2**29))
    loop = "{% for i in range(99999) %}" * 2 + "{% endfor %}" * 2
    (problem,) = _refused(_theme(tmp_path, f"<p>\n{loop}"))
    assert f"{tmp_path / 'letter.html'}:2" == problem.where
    assert "does not come to an end" in problem.what


def test_what_hears_nothing_is_ended_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is lost, or that waits for ever, ends in an error that names the theme's folder."""
    monkeypatch.setattr("auditor.render.bounded._PATIENCE", 0.05)
    with bounded(lambda: time.sleep(600) or b"", Bounds(1, 2**28), tmp_path) as given, pytest.raises(WrittenFault) as e:
        given()
    assert str(tmp_path) == e.value.problems[0].where
    assert "1 s of processor time or 256 MiB" in e.value.problems[0].what


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("<script>alert(1)</script>", "an element <script>"),
        ("<p onclick='x()'>x", "an attribute onclick"),
        ("<svg><g onload='x()'/></svg>", "an attribute onload"),
        ("<svg><script>x</script></svg>", "an element <script>"),
        ("<svg><a href='#a'><text>x</text></a></svg>", "an element <a>"),
        ("<svg><animate/></svg>", "an element <animate>"),
        ("<svg><foreignObject></foreignObject></svg>", "an element <foreignObject>"),
        ("<math><mi>x</mi></math>", "an element <math>"),
        ("<meta http-equiv=refresh content='0;url=http://x'>", "another http-equiv"),
        ("<base href='#x'>", "an element <base>"),
        ("<form action='http://x'><input></form>", "an element <form>"),
        ("<button formaction='http://x'>x</button>", "an element <button>"),
        ("<a href='javascript:alert(1)'>x</a>", "asks for javascript:"),
        ("<a href=' jAva\tscript&colon;alert(1)'>x</a>", "asks for"),
        ("<a href='file:///etc/passwd'>x</a>", "asks for file:"),
        ("<a href='data:text/html,x'>x</a>", "asks for data:"),
        ("<a href='#x' ping='http://x'>x</a>", "an attribute ping"),
        ("<a href='#x' rel=attachment>x</a>", "an attribute rel"),
        ("<table background='file:///x'><tr><td>x</table>", "an attribute background"),
        ("<img srcset='http://x 1x'>", "an attribute srcset"),
        ("<img src='data:text/html,x'>", "asks for data:text"),
        ("<svg><use href='http://x#a'/></svg>", "asks for http"),
        ("<svg><image xlink:href='http://x'/></svg>", "asks for http"),
        ("<svg><rect fill='url(http://x#a)'/></svg>", "asks for http"),
        ("<p style='background:u\\72l(http://x)'>x", "asks for http"),
        ("<style>p{background:image-set('http://x' 1x)}</style>", "asks for http"),
        ("<style>p{background:-webkit-image-set(url('http://x') 1x)}</style>", "asks for http"),
        ("<style>@media print{@im\\70ort 'data:text/css,x'}</style>", "@import"),
        ('<style>p{background:url("a\nb)}</style>', "no style sheet"),
        ("<template><img></template>", "an element <template>"),
        ("<iframe srcdoc='x'></iframe>", "an element <iframe>"),
        ("<link rel=icon href='#'>", "an element <link>"),
        ("<i>" * 70, "in each other"),
    ],
)
def test_a_page_that_does_something_is_refused(tmp_path: Path, part: str, said: str) -> None:
    """Whatever the template writes, also what is put together in it: the finished page is looked at."""
    theme = Theme(tmp_path, {"letter.html": b"<p>x</p>"})
    with pytest.raises(WrittenFault) as caught:
        harmless(f"<!doctype html>{_HEAD}</head><body>{part}", theme, "letter.html")
    assert any(said in one.what for one in caught.value.problems)
    assert str(tmp_path / "letter.html") == caught.value.problems[0].where


def test_a_page_without_its_policy_is_refused(tmp_path: Path) -> None:
    """None, a wider one, a later one."""
    theme = Theme(tmp_path, {})
    wider = _HEAD.replace("default-src 'none'", "default-src *")
    late = _HEAD.replace("<meta charset=utf-8>", "<style>p{color:red}</style>")
    other = _HEAD.replace("Content-Security-Policy", "X-None")
    for head in ("<head>", wider, late, other, "<head></head><body>" + _HEAD[6:]):
        with pytest.raises(WrittenFault, match="lacks the Content-Security-Policy"):
            harmless(f"<!doctype html>{head}<title>x</title>", theme, "letter.html")


def test_a_page_that_is_only_read_stays_as_it_is(tmp_path: Path) -> None:
    """Text, tables, pictures and letters inside, places on the page, and where a reader may go."""
    body = (
        "<p class=a style='color:red' data-n=1 aria-label=x>x<br><a href='https://example.org'>y</a><a href='#t'>z</a>"
        "<a href='record.json'>r</a><img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
        "<svg viewBox='0 0 1 1'><defs><clipPath id=c><path d='M0 0'/></clipPath></defs><g clip-path='url(#c)'/></svg>"
        "<style>@font-face{src:url(data:font/woff2;base64,AA==) format('woff2')}"
        "h1{background:image-set('data:image/png;base64,AA==' type('image/png') 1x)}</style>"
    )
    made = f"<!doctype html>{_HEAD}</head><body>{body}"
    assert made.encode() == harmless(made, Theme(tmp_path, {}), "letter.html")
    assert tinyhtml5.parse(made).find(".//{*}img") is not None


def test_what_is_put_together_is_found_at_its_place(tmp_path: Path) -> None:
    """Also with escaping switched off; a style sheet does not break out of its element."""
    theme = _theme(tmp_path, f'<!doctype html>{_HEAD}<body>\n{{{{ "<script>1</script>"|safe }}}}')
    assert [f"{tmp_path / 'letter.html'}:2"] == [one.where for one in _refused(theme)]
    (tmp_path / "theme.css").write_text("p { color: red }\n</style><script>alert(1)</script>")
    with pytest.raises(WrittenFault, match="holds no </style") as caught:
        Theme.of(tmp_path)
    assert f"{tmp_path / 'theme.css'}:2" == caught.value.problems[0].where

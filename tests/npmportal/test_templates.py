"""What may stand in a template: nothing the content security policy forbids, nothing that asks another host."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an event handler": re.compile(r"\s(on[a-z]+|hx-on[:a-z-]*)\s*=\s*[\"']", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "an asset of another host": re.compile(
        r"<(script|link|img|iframe|source|video|audio|object|embed)\b[^>]*\s(src|href|data)=[\"']\s*(https?:)?//",
        re.IGNORECASE,
    ),
    "text marked as safe": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
}
# The report is one file that goes to WeasyPrint, not to a browser: its sheet stands in it.
NOT_FOR_BROWSERS = ("reports/annual/", "emails/")


def _templates():
    for path in sorted((ROOT / "templates").rglob("*.html")):
        name = path.relative_to(ROOT / "templates").as_posix()
        if not name.startswith(NOT_FOR_BROWSERS) and not name.endswith(".pdf.html"):
            yield pytest.param(path, id=name)


TEMPLATES = list(_templates())


def offences(text):
    return {what for what, pattern in FORBIDDEN.items() if pattern.search(text)}


@pytest.mark.parametrize("path", TEMPLATES)
def test_template_holds_nothing_inline_and_nothing_foreign(path):
    assert offences(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("text", "offence"),
    [
        ('<p style="color: red">', "an inline style"),
        ("<style>p {}</style>", "an inline style"),
        ("<script>alert(1)</script>", "an inline script"),
        ('<a onclick="go()">', "an event handler"),
        ('<div hx-on:click="go()">', "an event handler"),
        ('<a href="javascript:go()">', "a javascript address"),
        ('<script src="https://example.org/x.js"></script>', "an asset of another host"),
        ("<link rel='stylesheet' href='//example.org/x.css'>", "an asset of another host"),
        ("{{ visit.summary|safe }}", "text marked as safe"),
    ],
)
def test_the_rule_notices_what_it_forbids(text, offence):
    assert offences(text) == {offence}


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "css").glob("*.css")), ids=lambda path: path.name)
def test_style_sheet_asks_no_other_host(path):
    assert not re.search(r"(https?:)?//[a-z]", re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S))


def test_every_page_extends_the_frame():
    loose = [
        name
        for parameter in TEMPLATES
        if (path := parameter.values[0]).parent.name not in ("_components", "forms", "list", "widgets")
        and not (name := path.name).startswith("_")
        and name not in ("base.html", "change_form_object_tools.html")  # the second is a part, named by Django’s admin
        and "{% extends " not in path.read_text(encoding="utf-8")
    ]

    assert loose == []


def lost_between_blocks(text):
    """Return the names that one block of a template sets with `as` and another one uses: there they are empty."""
    pieces = re.split(r"{% block (\w+) %}", text)
    blocks = {name: piece.split("{% endblock %}")[0] for name, piece in zip(pieces[1::2], pieces[2::2], strict=True)}
    made = {name: set(re.findall(r"\bas(?:var)? (\w+)(?: trimmed)? %}", block)) for name, block in blocks.items()}
    return {
        name
        for here, names in made.items()
        for name in names
        for there, block in blocks.items()
        if there != here and name not in made[there] and re.search(rf"{{[%{{][^}}]*\b{name}\b", block)
    }


@pytest.mark.parametrize("path", TEMPLATES)
def test_every_block_makes_the_addresses_it_uses(path):
    assert lost_between_blocks(path.read_text(encoding="utf-8")) == set()


def test_the_rule_notices_an_address_made_in_another_block():
    made = '{% block a %}{% url "home" as x_url %}{% endblock %}'

    assert lost_between_blocks(made + '{% block b %}<a href="{{ x_url }}">{% endblock %}') == {"x_url"}
    assert lost_between_blocks(made + '{% block b %}{% url "home" as x_url %}{{ x_url }}{% endblock %}') == set()

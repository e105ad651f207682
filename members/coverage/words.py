"""Say in the field's words who monitors a cell of the coverage matrix: “HMIP with CQC and Ofsted”."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from members.models import RemitBody
from members.models.bilingual import Words

Relation = RemitBody.Relation
ADDED = {
    Relation.JOINTLY.value: gettext_noop(", jointly with {body}"),
    Relation.WITH.value: gettext_noop(", with {body}"),
    Relation.ON_BEHALF.value: gettext_noop(", on whose behalf {body} acts"),
}


class Part(Protocol):
    """A body's part in a remit, as the matrix holds it."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> Words: ...
    @property
    def abbreviation(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def scope(self) -> Words: ...


@dataclass(frozen=True)
class Segment:
    """A piece of the sentence; ``slug`` is set where it is a body, and ``title`` is then the full name."""

    text: str
    slug: str = ""
    title: str = ""


def sentence(parts: Sequence[Part]) -> list[Segment]:
    """Return the words of a remit in the reader's language, cut up so that each body can be a link.

    Leads stand first, equals joined by “and”; then those they act with; a part limited to something says so; bodies
    that act beside each other are parted by a semicolon.
    """
    heads = [part for part in parts if part.relation == Relation.LEAD or _is_equal(part)]
    helpers = [part for part in parts if part.relation == Relation.WITH and not part.scope]
    words = _enumeration(heads)
    if helpers:
        words += _spaced(_around(_("with {bodies}"), "bodies", _enumeration(helpers)), bool(words))
    for part in parts:
        if part in heads or part in helpers:
            continue
        words += _addition(part, is_first=not words)
    return words


def in_words(parts: Sequence[Part]) -> str:
    """Return the sentence as plain text, for CSV and for tests."""
    return "".join(segment.text for segment in sentence(parts))


def _is_equal(part: Part) -> bool:
    return part.relation == Relation.JOINTLY and not part.scope


def _body(part: Part) -> Segment:
    return Segment(part.abbreviation, part.slug, str(part.name))


def _limited(part: Part) -> list[Segment]:
    return [_body(part), Segment(f" {part.scope}")] if part.scope else [_body(part)]


def _addition(part: Part, *, is_first: bool) -> list[Segment]:
    if is_first or part.relation not in ADDED:
        template = "{body}" if is_first else "; {body}"
    else:
        template = _(ADDED[part.relation])
    return _around(template, "body", _limited(part))


def _enumeration(parts: Sequence[Part]) -> list[Segment]:
    """Return “A”, “A and B”, “A, B and C”."""
    words: list[Segment] = []
    for position, part in enumerate(parts):
        if position:
            words.append(Segment(_(" and ") if position == len(parts) - 1 else ", "))
        words += _limited(part)
    return words


def _around(template: str, name: str, words: Iterable[Segment]) -> list[Segment]:
    before, _mark, after = template.partition("{" + name + "}")
    return [segment for segment in (Segment(before), *words, Segment(after)) if segment.text]


def _spaced(words: list[Segment], follows: bool) -> list[Segment]:
    return [Segment(" "), *words] if follows else words

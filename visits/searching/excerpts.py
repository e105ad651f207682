"""Where in a visit the words were found: pieces of its texts with the words marked, as far as the reader sees them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from visits.field_table import label_of
from visits.models import Answer, Attachment, Finding, NeedExamined, Visit, VisitNote, VisitRating
from visits.searching.words import TEXTS, Search

# Around the words found, until they are escaped: characters for private use, taken out of the texts themselves.
BEGIN, END = "\ue000", "\ue001"
WITHOUT = str.maketrans("", "", BEGIN + END)
OPTIONS = f'StartSel={BEGIN}, StopSel={END}, MaxFragments=2, MaxWords=24, MinWords=10, FragmentDelimiter=" … "'
EDGE = 12
MOST = 4  # pieces of one visit
LETTERS = 100_000  # as far as a text is searched
MARKED = """
SELECT n, ts_headline('pg_catalog.english', said, websearch_to_tsquery('pg_catalog.english', %(words)s), %(options)s),
    ts_headline('pg_catalog.dutch', said, websearch_to_tsquery('pg_catalog.dutch', %(words)s), %(options)s)
FROM unnest(%(numbers)s::int[], %(texts)s::text[]) AS found(n, said) ORDER BY n
"""


@dataclass(frozen=True)
class Judged:
    """One kind of what a visit judges: its rows in their order, the column of the words, and what a row is called."""

    rows: QuerySet[Any]
    text: str
    label: Callable[[Any], str]


# By their lines of the field table.
JUDGED = {
    "findings": Judged(Finding.objects.order_by("position", "pk"), "text", lambda row: row.called),
    "ratings": Judged(
        VisitRating.objects.select_related("standard").order_by("standard__version", "standard__position", "pk"),
        "note",
        lambda row: row.standard.name,
    ),
    "answers": Judged(
        Answer.objects.select_related("question").order_by("question__version", "question__position", "pk"),
        "text",
        lambda row: row.question.text,
    ),
    "needs": Judged(
        NeedExamined.objects.order_by("pk"),
        "note",
        lambda row: _("Needs of %(group)s") % {"group": row.get_group_display()},
    ),
}


@dataclass(frozen=True)
class Excerpt:
    """A piece of a text: what it is called, and its words with those found in <mark>."""

    label: str
    text: SafeString


def excerpts_of(visits: Iterable[Visit], search: Search) -> dict[Any, list[Excerpt]]:
    """Return, by the id of each visit, where its words were found. Eight queries, however many visits there are.

    Of a restricted visit no text is printed: it is read on its own page, where each reading is written down.
    """
    rows = list(visits)
    shown = {visit.pk: search.reader.sees(visit) for visit in rows if not _is_restricted(visit)}
    texts = [text for text in _texts(shown, search) if text[2].strip()]
    found: dict[Any, list[Excerpt]] = defaultdict(list)
    for (pk, label, _said), marked in zip(texts, _marked([text for _pk, _label, text in texts], search), strict=True):
        if BEGIN in marked and len(found[pk]) < MOST:
            found[pk].append(Excerpt(label, with_marks(marked)))
    said = escape(_("This visit is restricted: what it says is read on its own page."))
    return found | {visit.pk: [Excerpt(_("Restricted"), said)] for visit in rows if _is_restricted(visit)}


def are_of_texts(found: Iterable[Excerpt]) -> bool:
    """Tell whether pieces of what the visit says are among those ``found``: lists print its place and reference too."""
    known = {_("Place"), _("Restricted"), str(capfirst(label_of("reference")))}
    return any(excerpt.label not in known for excerpt in found)


def _is_restricted(visit: Visit) -> bool:
    return visit.confidentiality == Visit.Confidentiality.RESTRICTED


def _texts(shown: dict[Any, frozenset[str]], search: Search) -> Iterable[tuple[Any, str, str]]:
    """Yield visit, label and text of everything the person reads of the visits ``shown``."""
    columns = ("place__name", "place__town", *TEXTS)
    for pk, name, town, *values in Visit.objects.filter(pk__in=list(shown)).values_list("pk", *columns):
        if "place" in shown[pk]:
            yield pk, _("Place"), ", ".join(filter(None, [name, town]))
        for field, value in zip(TEXTS, values, strict=True):
            if field in shown[pk]:
                yield pk, str(capfirst(label_of(field))), value
    yield from _judgements(shown)
    noted = [pk for pk, sees in shown.items() if "history" in sees]
    for note in VisitNote.objects.visible_to(search.user).filter(visit__in=noted):
        yield note.visit_id, str(capfirst(note.get_kind_display())), note.text
    with_files = [pk for pk, sees in shown.items() if "attachments" in sees]
    files = Attachment.objects.visible_to(search.user).kept().filter(visit__in=with_files).order_by("uploaded_at")
    for pk, title, name, said in files.values_list("visit_id", "title", "name", "note"):
        yield pk, _("File"), " – ".join(filter(None, [title, name, said]))


def _judgements(shown: dict[Any, frozenset[str]]) -> Iterable[tuple[Any, str, str]]:
    """Yield the same of what stands in tables of its own, each where its line of the field table opens it."""
    for field, table in JUDGED.items():
        seen = [pk for pk, sees in shown.items() if field in sees]
        for row in table.rows.filter(visit__in=seen).exclude(**{table.text: ""}):
            yield row.visit_id, str(capfirst(table.label(row))), getattr(row, table.text)


def _marked(texts: list[str], search: Search) -> list[str]:
    """Return the pieces of each text around the words found, in the language that found more of them."""
    if not texts:
        return []
    clean = [text.translate(WITHOUT)[:LETTERS] for text in texts]
    values: dict[str, Any] = {
        "words": search.words,
        "options": OPTIONS,
        "numbers": list(range(len(clean))),
        "texts": clean,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARKED, values)
        found = [
            max(english, dutch, key=lambda marked: marked.count(BEGIN)) for _n, english, dutch in cursor.fetchall()
        ]
    return [_with_dots(text.strip(), marked) for text, marked in zip(clean, found, strict=True)]


def _with_dots(text: str, marked: str) -> str:
    """Return ``marked`` with dots where ``text`` goes on before it or behind it."""
    plain = marked.translate(WITHOUT).strip()
    before = "" if text.startswith(plain[:EDGE]) else "… "
    return f"{before}{marked}{'' if text.endswith(plain[-EDGE:]) else ' …'}"


def with_marks(marked: str) -> SafeString:
    """Return ``marked`` escaped, with the words between the two private characters in <mark>."""
    return mark_safe(str(escape(marked)).replace(BEGIN, "<mark>").replace(END, "</mark>"))  # noqa: S308

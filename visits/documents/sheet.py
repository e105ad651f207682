"""The sheet that visitors take along or fill in at home: what is recorded of a visit, on A4, for one body and setting.

Its fields are columns of the importer (visits.importing.columns), so that the same sheet as a spreadsheet comes back
through the import. It holds nothing about any visit, and names nobody.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import get_language

from members.models import DetentionSetting, Mechanism, MemberBody
from npmportal.pdf import Limits, write_pdf
from visits import field_table
from visits.importing import columns as reads
from visits.importing.columns import NEEDS, Column, columns_of
from visits.importing.judged import Judged
from visits.models import NeedExamined, QuestionVersion, ScaleVersion, Visit, VisitFigure
from visits.models.body_names import BodyNames

LIMITS = Limits(memory=500_000_000, cpu_seconds=15, wall_seconds=20)
STYLESHEET = "sheet.css"
# In the order of the paper, by part of the record.
PARTS: dict[str, tuple[str, ...]] = {
    "visit": (
        *("reference", "place", "starts_on", "ends_on", "time_in", "time_out", "kind", "notice", "trigger"),
        "validity",  # how the visit is made goes without saying: the sheet is taken along
    ),
    "access": ("access", "access_delay_minutes", "access_reason", "access_note"),
    "numbers": Visit.FUNNEL,
    "talks": Visit.TALKS,
    "situation": ("isolation_note",),
    "summary": ("satisfaction", "summary"),
}
COLUMNS = tuple(name for names in PARTS.values() for name in names)
LONG, SHORT = 200, 40  # of a text: more than one line of paper; no more than half of one


@dataclass(frozen=True)
class PaperField:
    """One field on paper: boxes to tick, or lines to write on."""

    label: str
    boxes: list[str]
    lines: range
    is_short: bool


def compose(mechanism: Mechanism, body: MemberBody, setting: DetentionSetting, on: date) -> str:
    """Return the sheet of ``body`` for ``setting`` as it is on the day ``on``, in the reader's language."""
    known = columns_of("visits")
    whose = Q(scale__body=body) | Q(scale__body=None, scale__mechanism=mechanism)
    fits = Q(scale__settings=None) | Q(scale__settings=setting)
    scales = ScaleVersion.objects.as_at(on).filter(whose, fits).order_by("scale__body", "scale").for_page()
    asked = QuestionVersion.objects.as_at(on).filter(question_set__body=body, question_set__setting=setting)
    name = BodyNames(mechanism).on(body.pk, on)
    context = {
        "npm": mechanism,
        "body_name": name.name if name else "",
        "setting": setting,
        "on": on,
        "language": get_language(),
        "parts": [
            (name, field_table.PARTS[name], [_paper(known[field]) for field in fields])
            for name, fields in PARTS.items()
        ],
        "figures": [
            (title, [VisitFigure.Measure(m).label for m in measures]) for title, _t, measures in VisitFigure.GROUPS
        ],
        "reasons": [why.label for why in VisitFigure.Availability if why != VisitFigure.Availability.RECORDED],
        "needs": [group.label for group in NeedExamined.Group],
        "need_answers": [answer.label for answer in NeedExamined.Answer],
        "scales": list(scales),
        "sets": list(asked.for_page()),
    }
    return render_to_string("visits/sheet.pdf.html", context)


def as_columns(
    mechanism: Mechanism, body: MemberBody, setting: DetentionSetting, on: date
) -> tuple[list[Column], dict[str, list[str]]]:
    """Return what the sheet asks as columns of the import, and by name of those what can be chosen from, where that is
    the body's own. What is no column of it stands on the paper alone: what was found of needs, and the grounds of
    ratings."""
    known = columns_of("visits")
    columns = [known[name] for name in COLUMNS]
    columns += [known[measure] for _title, _total, measures in VisitFigure.GROUPS for measure in measures]
    columns += [known[f"{NEEDS}{group}"] for group in NeedExamined.Group]
    own = list(Judged(body, mechanism).asked_on(on, setting.pk))
    return [*columns, *(column for column, _words in own)], {column.name: words for column, words in own}


def as_pdf(html: str, on: date) -> bytes:
    """Return the sheet as a PDF/UA-1 file; the same sheet gives the same bytes. Raises PdfError."""
    identifier = hashlib.sha256(html.encode()).hexdigest()
    created = datetime.combine(on, time(), UTC)
    with tempfile.TemporaryDirectory(prefix="sheet-") as folder:
        path = Path(folder) / "sheet.pdf"
        given: dict[str, Any] = {"stylesheet": STYLESHEET, "variant": "pdf/ua-1", "limits": LIMITS}
        write_pdf(html, path, identifier=identifier, created=created, **given)
        return path.read_bytes()


def _paper(column: Column) -> PaperField:
    if column.reads == reads.TERM:
        return PaperField(column.label, [str(words) for _key, words in column.choices], range(0), False)
    is_long = column.reads == reads.TEXT and column.longest > LONG
    is_short = column.reads in (reads.NUMBER, reads.DAY, reads.TIME) or column.longest <= SHORT
    lines = (6 if column.name == "summary" else 3) if is_long else 1
    return PaperField(column.label, [], range(lines), is_short)

"""A visit in which every field holds a word of its own, and what people are shown of it: for tests of the table."""

import csv
import io
from datetime import date, time

from django.urls import reverse
from django.utils.formats import date_format

from npmportal.field_table import parse
from tests.factories import BodyFactory, UserFactory, VisitFactory
from tests.visits.question_tools import questions_of, scale_of
from visits import field_table
from visits.field_table import FILE, SHAPE, TABLE
from visits.models import (
    Answer,
    Attachment,
    Finding,
    NeedExamined,
    Standard,
    TeamMember,
    Visit,
    VisitEvent,
    VisitFigure,
    VisitPartner,
    VisitRating,
)

LINES = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
FIELDS = [rule.field for rule in TABLE.rules]
IN_TABLES = {
    "figures",
    "needs",
    "findings",
    "ratings",
    "answers",
    "team",
    "team_names",
    "attachments",
}  # not changed with the visit’s own form
# What the page of the canary visit prints of each field; each text stands for this field alone.
CANARIES = {
    "place": "Quozandel Prison (invented)",
    "setting": "Prisons of the canary",
    "jurisdiction": "North of the canary",
    "lead_body": "Alpha Inspectorate",
    "partners": "Gamma-Partner Inspectorate",
    "reference": "CANARY-REF",
    "state": "submitted",
    "starts_on": date_format(date(2023, 3, 4)),
    "ends_on": date_format(date(2023, 3, 9)),
    "time_in": "3:33",
    "time_out": "7:47",
    "kind": "thematic",
    "own_kind": "canary of a word",
    "notice": "announced at short notice",
    "mode": "remote",
    "trigger": "complaint or intelligence",
    "validity": "abandoned",
    "satisfaction": "unsatisfactory",
    "confidentiality": "other members may know of the visit",
    "outside_remit_reason": "canary outside",
    "access": "delayed",
    "access_delay_minutes": "1,437",
    "access_reason": "staff shortage",
    "access_note": "canary note",
    "people_in_custody": "70,001",
    "people_not_available": "70,002",
    "people_not_offered": "70,003",
    "people_offered": "70,004",
    "people_seen": "70,005",
    "people_declined": "70,006",
    "people_observed": "70,007",
    "privacy": "in hearing of staff",
    "interpreting": "needed but not available",
    "interpreting_note": "canary language",
    "areas_seen": "canary area",
    "staff_spoken_to": "canary function",
    "documents_checked": "canary register",
    "isolation_note": "canary isolation",
    "figures": "77,007",
    "needs": "Needs of LGBTQI+ people",
    "team": "canary tongue",
    "team_names": "Canny Canary",
    "findings": "canary finding",
    "ratings": "canary standard",
    "answers": "Canary asked?",
    "summary": "canary summary",
    "history": "canary reason of a step",
    "created_by": "Greta Logger",
    "attachments": "canary-file.pdf",
}
NOT_IN_LIST = {"history", "created_by"} | IN_TABLES


def without(name):
    return parse([line for line in LINES if not line.startswith(f"{name},")], SHAPE, "test.csv")


def with_word(name, column, word):
    """Return the table with another condition for one field and audience."""
    rows = list(csv.reader(LINES))
    where = rows[0].index(column)
    for row in rows:
        if row[0] == name:
            row[where] = word
    return parse([",".join(row) + "\n" for row in rows], SHAPE, "test.csv")


def canary_visit(prison, body, coordinator):
    """Return a submitted joint visit in which every field holds something that stands nowhere else."""
    prison.setting.name_en, prison.jurisdiction.name_en = "Prisons of the canary", "North of the canary"
    prison.setting.save()
    prison.jurisdiction.save()
    numbers = {name: 70_001 + n for n, name in enumerate(Visit.FUNNEL)}
    visit = VisitFactory(
        place=prison,
        lead_body=body,
        submitted=True,
        reference="CANARY-REF",
        starts_on=date(2023, 3, 4),
        ends_on=date(2023, 3, 9),
        time_in=time(3, 33),
        time_out=time(7, 47),
        kind="thematic",
        own_kind="canary of a word",
        notice="short_notice",
        mode="remote",
        trigger="intelligence",
        validity="abandoned",
        satisfaction="unsatisfactory",
        outside_remit_reason="canary outside",
        access="delayed",
        access_delay_minutes=1437,
        access_reason="staff_shortage",
        access_note="canary note",
        privacy="in_hearing",
        interpreting="unavailable",
        interpreting_note="canary language",
        areas_seen="canary area",
        staff_spoken_to="canary function",
        documents_checked="canary register",
        isolation_note="canary isolation",
        summary="canary summary",
        created_by=UserFactory(name="Greta Logger"),
        **numbers,
    )
    fill_in_tables(visit, coordinator)
    visit.refresh_from_db()
    return visit


def fill_in_tables(visit, coordinator):
    """Give the visit what stands in tables: a partner, a step, figures, needs, a team, a file, judgements."""
    body, gamma = visit.lead_body, BodyFactory(mechanism=visit.mechanism, slug="gamma-partner")
    VisitPartner.objects.create(visit=visit, body=gamma)
    VisitEvent.objects.create(
        visit=visit,
        transition="return",
        from_state="submitted",
        to_state="returned",
        reason="canary reason of a step",
        by=coordinator,
    )
    VisitFigure.objects.create(visit=visit, measure="held_fines", value=77_007)
    NeedExamined.objects.create(visit=visit, group="lgbtqi", answer="examined")
    Finding.objects.create(visit=visit, kind="good_practice", text="canary finding")
    rate_and_answer(visit, body)
    one = {"name": "Canny Canary", "standing": "lay", "profession": "psychiatry", "languages": ["canary tongue"]}
    TeamMember.objects.create(visit=visit, body=body, **one)
    Attachment.objects.create(
        visit=visit,
        name="canary-file.pdf",
        extension="pdf",
        size=1,
        received_size=1,
        state="quarantined",
        uploaded_by=UserFactory(name="Una Uploader"),
    )


def rate_and_answer(visit, body):
    """Judge the visit in words by a standard, and answer a question; of drafts, which is what this is not about."""
    scale = scale_of(body, None, since=None, grades=())
    Standard.objects.filter(name_en="Safety").update(name_en="canary standard")
    VisitRating.objects.create(visit=visit, standard=scale.versions.get().standards.first(), note="Words")
    asked = questions_of(body, visit.setting, None, since=None, questions=[{"text_en": "Canary asked?"}])
    Answer.objects.create(visit=visit, question=asked.versions.get().questions.get(), number=1)


def main_of(response):
    """Return what is between the menus: everything about the visit stands there."""
    assert response.status_code == 200
    html = response.content.decode()
    return html[html.index("<title>") : html.index("</title>")] + html[html.index("<main") : html.index("</main>")]


def pages(client, visit):
    """Return (page of the visit, the list's table, its file) as the client's person gets them."""
    slug = visit.mechanism.slug
    detail = main_of(client.get(reverse("visits:visit_detail", kwargs={"npm": slug, "pk": visit.pk})))
    rows = main_of(client.get(reverse("visits:visit_list", kwargs={"npm": slug})))
    table = rows[rows.index("<tbody>") : rows.index("</tbody>")]
    file = client.get(reverse("visits:visits_csv", kwargs={"npm": slug}))
    header, row = csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig")))
    return detail, table, dict(zip(header, row, strict=True))


def column_of(name):
    """Return the column of the file in which the canary of a field stands, if any."""
    of_its_own = {
        "figures": "For unpaid fines",
        "needs": "Needs of LGBTQI+ people",
        "ratings": "Rating: Alpha tests: canary standard",
        "answers": "Answer: ALPHA: Canary asked?",
    }
    return of_its_own.get(name) or field_table.label_of(name)


def stands_in(name, html):
    text = CANARIES[name]
    # The state is printed as a tag; the word alone stands in sentences too.
    return f"</span>{text}" in html or f">{text}<" in html if name == "state" else text in html

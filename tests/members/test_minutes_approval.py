"""Approving minutes: what is shown before, who came in which order, and what the paper keeps of it."""

import re
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.actions import meetings
from members.actions import minutes as actions
from members.actions.task_steps import move_task
from members.actions.tasks import give_task
from members.documents.minutes_contents import contents_of
from members.models import AgendaItem, Attendance, Decision, Meeting, Minutes, Task
from tests.factories import BodyFactory
from tests.members.test_meetings import address, decide
from tests.members.test_minutes import TEXT, approve, made, words_of


def test_page_shows_all_that_is_frozen_and_approves_only_what_it_has_shown(as_, held, coordinator, alpha):
    point = held.agenda.get(title="Open point")
    meetings.record_decision(decision=Decision(meeting=held, item=point, text="We ask."), by=coordinator)
    draft = actions.write_minutes(meeting=held, text=TEXT, language="en-gb", expected_version=0, by=coordinator)
    client, path = as_(coordinator), address(held, "minutes_approve")

    def shown(response):
        return re.search('name="seen" value="([0-9a-f.]+)"', response.content.decode())[1]

    page = client.get(path)
    html = page.content.decode()
    for words in ("Alpha Inspectorate", "inner paper", "They spoke of beds.", "We ask.", "On point 2: Open point"):
        assert words in html
    assert "For these holders of a seat nothing is recorded: Beta Inspectorate." in html
    assert "The text does not name these points, and no decision belongs to them: Inner point." in html
    assert f'href="{path}"' in client.get(address(held, "minutes_detail")).content.decode()

    seen = shown(page)
    day = timezone.localdate() + timedelta(days=5)
    changes = {
        "the text or its language": lambda: actions.write_minutes(
            meeting=held, text="Other words", language="nl", expected_version=1, by=coordinator
        ),
        "the agenda or its papers": lambda: AgendaItem.objects.filter(pk=point.pk).update(paper="Other paper"),
        "who came": lambda: Attendance.objects.create(meeting=held, guest="Ms Late", presence="present"),
        "the decisions": lambda: decide(held, coordinator, "Another decision"),
        "the title, time or place of the meeting": lambda: Meeting.objects.update(where="Attic"),
        "the actions": lambda: give_task(
            mechanism=alpha.mechanism, title="Late", due_on=day, body=alpha, meeting=held, by=coordinator
        ),
    }
    for words, change in changes.items():
        change()
        refused = client.post(path, {"seen": seen})
        assert refused.status_code == 409
        assert f"Changed: {words}." in refused.content.decode().replace("\n", " ")
        seen = shown(refused)
    for junk in ("", "x", "a.b.c.d.e.f", "\x00"):
        assert client.post(path, {"seen": junk}).status_code == 409
    draft.refresh_from_db()
    assert not draft.is_approved

    assert client.post(path, {"seen": seen}).url == address(held, "minutes_detail")
    draft.refresh_from_db()
    assert "nothing about this meeting can be changed any more" in client.get(address(held)).content.decode()
    assert draft.is_approved
    late = {"title": "Late", "who": "Alpha Inspectorate", "due_on": day.isoformat()}
    assert draft.agreed == {"actions": [late], "bodies": {str(alpha.pk): "Alpha Inspectorate"}}
    draft.agreed = [late]  # as earlier versions kept it
    assert [action.stored() for action in contents_of(draft).agreed] == [late]


def test_page_to_approve_warns_where_nothing_is_recorded(as_, meeting, coordinator):
    Meeting.objects.update(state="held")
    meeting.agenda.all().delete()
    Minutes.objects.create(meeting=meeting, text=TEXT)

    html = as_(coordinator).get(address(meeting, "minutes_approve")).content.decode()

    for words in ("Nobody is recorded as having come", "The agenda is empty.", "Approve these minutes"):
        assert words in html

    Minutes.objects.update(text=" ")
    html = as_(coordinator).get(address(meeting, "minutes_approve")).content.decode()
    assert "There is nothing to approve yet." in html
    assert "Approve these minutes" not in html


def test_page_to_approve_costs_a_constant_number_of_queries(
    as_, held, coordinator, mechanism, django_assert_num_queries
):
    Minutes.objects.create(meeting=held, text=TEXT)
    client, path = as_(coordinator), address(held, "minutes_approve")

    def add(number):
        body = BodyFactory(mechanism=mechanism, slug=f"body-{number}")
        point = AgendaItem.objects.create(meeting=held, title=f"Point {number}")
        Decision.objects.create(meeting=held, item=point, text=f"Decision {number}")
        Attendance.objects.create(meeting=held, body=body, presence="present")
        held.group.seats.create(body=body, standing="member", starts_on=held.group.starts_on)
        task = {"meeting": held, "title": f"T{number}", "body": body, "due_on": timezone.localdate()}
        Task.objects.create(mechanism=mechanism, created_by=coordinator, **task)

    add(0)
    with CaptureQueriesContext(connection) as first:
        client.get(path)
    for number in range(1, 6):
        add(number)

    with django_assert_num_queries(len(first)):
        assert "Decision 5" in client.get(path).content.decode()


def test_who_came_stands_in_one_order_everywhere_and_no_person_with_an_account_on_paper(
    as_, held, coordinator, alpha, beta, gamma_monitor
):
    gamma, seats, since = gamma_monitor.affiliations.get().body, held.group.seats, timezone.localdate()
    seats.create(body=gamma, standing="chair", starts_on=since)
    seats.create(body=gamma, standing="member", starts_on=since)
    seats.create(person=coordinator, standing="secretary", starts_on=since)
    came = [Attendance(guest="A. Guest", presence="present"), Attendance(body=beta, presence="present")]
    came += [Attendance(body=alpha, presence="apologies"), Attendance(guest="Cora Coordinator", presence="present")]
    came += [Attendance(body=gamma, presence="absent")]
    meetings.record_attendance(meeting=held, rows=came, expected_version=held.version, reason="So.", by=coordinator)
    draft = actions.write_minutes(meeting=held, text=TEXT, language="en-gb", expected_version=0, by=coordinator)

    for name in ("meeting_detail", "minutes_approve"):
        html = as_(coordinator).get(address(held, name)).content.decode()
        rows = re.findall(r'<th scope="row">([^<]*)</th><td>([a-z ]+)</td>', html)
        assert rows == [
            (gamma.name, "chair"),
            ("Cora Coordinator", "secretary"),
            ("Alpha Inspectorate", "member"),
            ("Beta Inspectorate", "invitee"),
            ("A. Guest", "guest"),
        ]
    form = as_(coordinator).get(address(held, "meeting_attendance")).content.decode()
    labels = (f"{gamma.name} (chair)", "Cora Coordinator (secretary)", "Alpha Inspectorate (member)")
    assert [form.index(words) for words in labels] == sorted(form.index(words) for words in labels)

    page = as_(coordinator).get(address(held, "minutes_approve")).content.decode()
    beta.names.update(name_en="Beta Commission")  # put right in the register: the page showed another name
    seen = re.search('name="seen" value="([0-9a-f.]+)"', page)[1]
    refused = as_(coordinator).post(address(held, "minutes_approve"), {"seen": seen})
    assert "Changed: who came." in refused.content.decode()
    beta.names.update(name_en="Beta Inspectorate")
    approve(draft, coordinator)
    seats.filter(body=beta).update(standing="member")  # what was approved stays as it was approved
    beta.names.update(name_en="Beta Commission")
    actions.add_to_minutes(minutes=draft, text="Beds: 40, not 14.", by=coordinator)
    text = words_of(made(draft))

    order = ("chair", "Aperson,notnamedonpapersecretarypresent", "AlphaInspectoratemembersentapologies")
    order += ("BetaInspectorateinviteepresent", "A.Guestguestpresent")
    assert [text.index(words, text.index("Whocame")) for words in order] == sorted(map(text.index, order))
    assert "Cora" not in text


def test_pdf_keeps_what_was_agreed_and_names_the_point_of_a_decision(held, coordinator, alpha):
    point = held.agenda.get(title="Open point")
    meetings.record_decision(decision=Decision(meeting=held, item=point, text="We ask."), by=coordinator)
    due_on = timezone.localdate() + timedelta(days=5)
    task = give_task(
        mechanism=alpha.mechanism, title="Draft it", due_on=due_on, body=alpha, meeting=held, by=coordinator
    )
    draft = actions.write_minutes(meeting=held, text=TEXT, language="en-gb", expected_version=0, by=coordinator)
    approve(draft, coordinator)
    later = due_on + timedelta(days=400)
    move_task(task=task, due_on=later, reason="Ill.", by=coordinator, seen_version=1)
    actions.add_to_minutes(minutes=draft, text="Beds: 40, not 14.", by=coordinator)

    text = words_of(made(draft))

    assert "Weask.Onpoint2:Openpoint" in text
    assert f"{due_on.year}" in text
    assert f"{later.year}" not in text

"""No byte that six other people receive holds a word of a sealed plan, or that there is one (security B1)."""

import io
import logging
import re
import uuid
import zipfile
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import NoReverseMatch, reverse

from members.activity_entries import entries, events_of
from members.tasks import remind
from npmportal import jobs
from npmportal.models import AuditEvent, Job
from tests import access_records
from tests.factories import PlaceFactory, person
from tests.members.test_meetings_canary import body_of
from tests.test_access_table import named_arguments, targets
from tests.visits.plan_tools import make_plan
from visits import files_waiting
from visits.actions import mandate_letters
from visits.actions import plans as actions
from visits.models import MandateLetter, Plan, Visit
from visits.plan_steps import STEPS

CANARY = "kanarie"
OTHERS = ("alpha_monitor", "alpha_reader", "coordinator", "administrator", "partner_lead", "stranger")
COMPARED = ("alpha_monitor", "coordinator", "administrator")
SEARCHES = (
    "visits/?q=",
    "plans/?state=all&q=",
    "places/?q=",
    "visits/new/places/?place_q=",
    "activity/?q=",
)


@pytest.fixture
def partner_lead(beta):
    return person("body_lead", beta, name="Bea Lead")


@pytest.fixture
def member(alpha):
    return person("body_monitor", alpha, name="Mia Member")


def sealed_plan(place, body, lead, partner, member):
    """A sealed plan of the lead alone with a canary in every field, a letter with its file, and steps with reasons."""
    day = date.today() + timedelta(days=20)
    plan = make_plan(place, body, by=lead, partners=[partner], team=[member], starts_on=day, note=f"{CANARY}-note")
    for step in ("postpone", "resume", "cancel", "resume"):
        actions.take_plan_step(plan=plan, step=STEPS[step], reason=f"{CANARY}-{step}", by=lead)
    plan = Plan.objects.get(pk=plan.pk)
    plan.note += f" {CANARY}-more"
    actions.change_plan(plan=plan, partners=[partner], team=[member], expected_version=plan.version, by=lead)
    words = {"names": [f"{CANARY}-name"], "addressee": f"{CANARY}-addressee", "signatory": f"{CANARY}-signatory"}
    letter = mandate_letters.make_letter(letter=MandateLetter(plan=plan, language="nl", **words), by=lead)
    letter.pdf.save("", ContentFile(f"{CANARY}-file".encode()))
    Plan.objects.filter(pk=plan.pk).update(place_name=f"{CANARY}-place")
    return plan, letter


def masked(path, body):
    """The bytes without what differs from one request to the next: ids, tokens, times."""
    text = body.decode(errors="replace")
    text = re.sub(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", "ID", text)
    text = re.sub(r"\b[A-Za-z0-9]{64}\b|\b[0-9a-f]{12}\b|[A-Za-z0-9_-]{43}=?", "TOKEN", text)
    text = re.sub(r'data-seconds="\d+"|"left": \d+|(after|before)=[^"&]*', "TIME", text)
    return re.sub(r"\d\d:\d\d(:\d\d)?(\.\d+)?|\d{4}-\d\d-\d\dT\d+|\d{8}T\d+Z?", "TIME", text)


def addresses(records):
    """Yield (label, path) for every address of the portal that one of everything can fill in."""
    for name, arguments in sorted(set(named_arguments())):
        try:
            yield from ((label, reverse(name, kwargs=kwargs)) for label, kwargs in targets(name, arguments, records))
        except (KeyError, StopIteration, NoReverseMatch):
            assert not name.startswith(("visits:plan", "visits:mandate", "visits:programme"))


def unpacked(body):
    """The bytes as they can be read: of a workbook, all its parts with their names."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as workbook:
        return b"".join(name.encode() + workbook.read(name) for name in sorted(workbook.namelist()))


def crawled(client, records):
    """Fetch every address of the portal and the searches; return (address without ids) → (status, bytes)."""
    found = {}
    npm = "/examplia/desk/"
    for label, path in [*addresses(records), *((s, f"{npm}{s}{CANARY.upper()}") for s in SEARCHES)]:
        response = client.get(path)
        # The length follows from the body, which is compared; a workbook packed a second later has another one.
        headers = {name: said for name, said in response.headers.items() if name != "Content-Length"}
        found[label] = (response.status_code, unpacked(body_of(response)), masked(path, str(headers).encode()))
    return found


def observe(people, as_, records):
    """Let each person look at everything; undone afterwards, so that nobody's looking is seen by the next."""
    seen = {}
    for name, user in people.items():
        with transaction.atomic():
            seen[name] = crawled(as_(user), records)
            transaction.set_rollback(True)
    return seen


def test_sealed_plan_leaves_no_trace_with_six_others(
    request, as_, mechanism, alpha, beta, administrator, coordinator, alpha_lead, member, monkeypatch, caplog
):
    caplog.set_level(logging.DEBUG)
    people = {name: request.getfixturevalue(name) for name in OTHERS}
    nothing = {name: SimpleNamespace(pk=uuid.uuid4()) for name in ("plan", "mandate", "target")}
    monkeypatch.setattr(access_records, "_of_plans", lambda *args: nothing)
    monkeypatch.setattr(files_waiting, "percent_used", lambda: 40)  # of the machine the tests run on, whatever it does
    records = access_records.one_of_everything(mechanism, alpha, administrator, coordinator, alpha_lead)
    records |= {"name": alpha.names.first(), "setting": mechanism.settings.first()}
    before = observe({name: people[name] for name in COMPARED}, as_, records)

    plan, letter = sealed_plan(records["place"], alpha, alpha_lead, beta, member)
    jobs.run(str(letter.job_id))
    remind()
    after = observe(people, as_, records | {"plan": plan, "mandate": letter})

    assert CANARY not in caplog.text
    assert not [message for message in mail.outbox if CANARY in str(message.message())]
    for job in Job.objects.all():
        assert CANARY not in f"{job.key} {job.arguments} {job.error} {job.progress_label}"
    for name, pages in after.items():
        assert len(pages) > 100
        assert not [label for label, (_s, body, head) in pages.items() if CANARY in _without_search(body) + head], name
    # Not even that there is one: the pages are those of a world without it.
    for name, pages in before.items():
        assert not [label for label in pages if _shown(pages[label]) != _shown(after[name][label])], name


def _without_search(body):
    """The page without the words that were searched for, which it repeats."""
    return re.sub(rf'value="{CANARY}"|[?&;](?:q|place_q)={CANARY}|“{CANARY}”', "", body.decode(errors="replace"))


def _shown(answer):
    return answer[0], masked("", answer[1]), answer[2]


def test_only_the_actor_and_the_lead_read_what_happened_to_a_sealed_plan(
    prison, alpha, beta, alpha_lead, alpha_monitor, alpha_reader, coordinator, administrator, partner_lead,
    stranger, member,
):  # fmt: skip
    plan, _letter = sealed_plan(prison, alpha, alpha_lead, beta, member)
    events = AuditEvent.objects.filter(action__regex="^(plan|mandate)")
    assert events.count() == 7
    for user in (alpha_monitor, alpha_reader, coordinator, administrator, partner_lead, stranger):
        assert not AuditEvent.objects.visible_to(user).filter(pk__in=events).exists()
    told = [e.text for e in entries(events_of(prison.mechanism, alpha_lead).filter(pk__in=events), alpha_lead)]
    assert len(told) == 7
    assert CANARY not in f"{told} {list(events.values('details', 'object_id', 'action'))}"
    assert prison.name not in str(told)


def test_the_canaries_sing_for_the_lead(as_, prison, alpha, beta, alpha_lead, member):
    """Else the tests above could not fail."""
    plan, letter = sealed_plan(prison, alpha, alpha_lead, beta, member)
    client, base = as_(alpha_lead), "/examplia/desk/plans/"
    paths = (f"{base}{plan.pk}/", f"{base}letters/{letter.pk}/", f"{base}letters/{letter.pk}/letter.pdf")
    text = b"".join(body_of(client.get(path)) for path in paths).decode()

    sung = set(re.findall(rf"{CANARY}-(\w+)", text))
    assert sung >= {"note", "more", "postpone", "resume", "cancel", "name", "addressee", "signatory", "file"}
    Plan.objects.update(place=None)
    assert f"{CANARY}-place" in client.get(paths[0]).content.decode()


def test_figures_search_and_calendar_of_others_do_not_count_a_sealed_plan(
    as_, prison, alpha, alpha_lead, alpha_monitor
):
    place = PlaceFactory(mechanism=prison.mechanism, name="Kelderkerker")
    make_plan(place, alpha, by=alpha_lead)
    lead, other, base = as_(alpha_lead), as_(alpha_monitor), "/examplia/desk/plans/"

    assert len(lead.get(base, {"q": "Kelder"}).context["rows"]) == 1
    assert not other.get(base, {"q": "Kelder"}).context["rows"]
    assert b"VEVENT" not in other.get(f"{base}mine.ics").content
    assert not Visit.objects.exists()

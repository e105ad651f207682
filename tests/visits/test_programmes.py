"""The yearly programme: who sets it, who reads it, what it counts. Mandate letters: who has one made, what it says."""

from datetime import date, timedelta

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from members.models import LegalBasis, Power
from npmportal import jobs
from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, SourceFactory, VisitFactory
from tests.reports.pdf_text import text_of
from tests.visits.plan_tools import address, make_plan
from visits.actions import mandate_letters
from visits.actions import programmes as actions
from visits.models import MandateLetter, ProgrammeTarget, VisitPartner
from visits.programme_figures import figures_of

NPM = {"npm": "examplia"}
PROGRAMME = "/examplia/desk/plans/programme/"


@pytest.fixture
def year(mechanism):
    """The first day of the reporting year of today."""
    return mechanism.reporting_year_of(date.today())[0]


@pytest.fixture
def target(alpha, prison, year):
    return ProgrammeTarget.objects.create(body=alpha, year_starts_on=year, setting=prison.setting, target=5)


def test_programme_is_for_the_people_of_the_body(
    client, as_, target, alpha_lead, alpha_monitor, alpha_reader, beta_monitor, coordinator, stranger
):
    change = reverse("visits:programme_change", kwargs=NPM | {"pk": target.pk})
    for user, page, changing in (
        (alpha_lead, 200, 200),
        (alpha_monitor, 200, 403),
        (alpha_reader, 200, 403),
        (beta_monitor, 200, 404),
        (coordinator, 403, 403),
        (stranger, 404, 404),
    ):
        assert as_(user).get(PROGRAMME).status_code == page
        assert as_(user).get(change).status_code == changing
        assert as_(user).get(f"{PROGRAMME}new/").status_code == (
            200 if user == alpha_lead else 404 if page == 404 else 403
        )
    assert client.get(PROGRAMME).status_code == 302
    assert as_(beta_monitor).get(PROGRAMME, {"body": "alpha"}).context["body"].slug == "beta"
    assert as_(alpha_lead).get(PROGRAMME, {"body": "x", "year": "0"}).status_code == 200


def test_target_planned_and_done(prison, alpha, beta, alpha_lead, alpha_monitor, target, year):
    other = PlaceFactory(mechanism=prison.mechanism, setting=prison.setting, jurisdiction=prison.jurisdiction)
    places = ProgrammeTarget.objects.create(body=alpha, year_starts_on=year, unit="places", target=2)
    day = max(year, date.today() - timedelta(days=2))
    for _twice in range(2):
        VisitFactory(place=prison, lead_body=alpha, approved=True, starts_on=day)
    joint = VisitFactory(place=prison, lead_body=beta, approved=True, starts_on=day)
    VisitPartner.objects.create(visit=joint, body=alpha)
    for wrong in ({"state": "draft"}, {"validity": "refused"}, {"starts_on": year - timedelta(days=1)}):
        VisitFactory(**{"place": other, "lead_body": alpha, "state": "approved", "starts_on": day} | wrong)
    make_plan(prison, alpha, by=alpha_lead)
    make_plan(other, alpha, by=alpha_monitor, secrecy="open")

    by_lead, by_monitor = (figures_of(alpha, year, user) for user in (alpha_lead, alpha_monitor))

    found = {(line.target.pk, line.planned, line.done, line.missing) for line in by_lead}
    assert found == {(target.pk, 2, 3, 0), (places.pk, 1, 1, 0)}
    assert {line.planned for line in by_monitor if line.target == target} == {1}


def test_setting_and_changing_a_line(as_, alpha, prison, alpha_lead, alpha_monitor, target, year):
    client = as_(alpha_lead)
    data = {"setting": prison.setting_id, "jurisdiction": "", "unit": "visits", "target": "4"}
    twice = client.post(f"{PROGRAMME}new/", data)
    assert "already" in str(twice.context["form"].errors)
    assert client.post(f"{PROGRAMME}new/", data | {"unit": "places"}).status_code == 302
    for wrong in ({"target": "many"}, {"target": ""}, {"target": "0"}, {"unit": "x"}, {"setting": "999"}):
        assert client.post(f"{PROGRAMME}new/", data | {"unit": "places"} | wrong).context["form"].errors

    change = reverse("visits:programme_change", kwargs=NPM | {"pk": target.pk})
    assert "why" in str(client.post(change, {"target": "3", "version": 1}).context["form"].errors)
    assert client.post(change, {"target": "3", "note": "One place closed", "version": 1}).status_code == 302
    assert "Somebody else" in str(client.post(change, {"target": "9", "version": 1}).context["form"].errors)
    target.refresh_from_db()
    assert target.target == 3
    with pytest.raises(PermissionDenied):
        actions.change_target(target=target, expected_version=2, by=alpha_monitor)
    assert AuditEvent.objects.filter(action="programme.changed", body_ids=[alpha.pk]).count() == 1


# -- Mandate letters --------------------------------------------------------------------------------------------------


def test_letter_quotes_the_powers_and_names_whom_it_was_told(as_, prison, alpha, alpha_lead, alpha_monitor):
    since = {"body": alpha, "starts_on": date(2010, 1, 1), "source": SourceFactory()}
    basis = LegalBasis.objects.create(title="Inspection Act 1999", citation="section 5A", **since)
    Power.objects.create(kind="places", extent="full", basis=basis, **since)
    Power.objects.create(kind="interviews", extent="partly", limits="not in remand", **since)
    Power.objects.create(kind="spt", extent="none", **since)
    plan = make_plan(prison, alpha, by=alpha_lead, team=[alpha_monitor], note="Hidden note")
    client = as_(alpha_lead)
    data = {"language": "nl", "people": [str(alpha_monitor.pk)], "others": "Ivy Interpreter\n", "signatory": "A. Lead"}

    response = client.post(address(plan, "plan_letter"), data)

    letter = MandateLetter.objects.get()
    assert response.url == reverse("visits:mandate_detail", kwargs=NPM | {"pk": letter.pk})
    assert client.get(response.url).status_code == 200
    assert letter.job.arguments == {"letter_id": str(letter.pk)}
    jobs.run(str(letter.job_id))
    letter.refresh_from_db()
    with pikepdf.open(letter.pdf.path) as pdf:
        assert str(pdf.Root.Lang) == "nl"
        words = text_of(pdf)
    for word in (
        "InspectionAct1999,section5A",
        "notinremand",
        "AlmaMonitor",
        "IvyInterpreter",
        "Quozandel",
        "AlphaInspectorate",
    ):
        assert word in words.replace(" ", "")
    for word in ("Hiddennote", "AlvaLead", "Subcommittee"):
        assert word not in words.replace(" ", "")
    served = client.get(reverse("visits:mandate_download", kwargs=NPM | {"pk": letter.pk}))
    assert served.headers["Content-Disposition"] == 'attachment; filename="mandate-letter.pdf"'
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(served).startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="mandate.downloaded", actor=alpha_lead).count() == 1


def test_letters_are_for_those_who_know_the_day(
    client, as_, prison, alpha, alpha_lead, alpha_monitor, alpha_reader, beta_monitor, coordinator, stranger
):
    plan = make_plan(prison, alpha, by=alpha_lead, secrecy="week_only", team=[alpha_reader])
    made = mandate_letters.make_letter(letter=MandateLetter(plan=plan, language="en-gb", names=["Alva"]), by=alpha_lead)
    for name in ("mandate_detail", "mandate_progress", "mandate_retry", "mandate_download"):
        path = reverse(f"visits:{name}", kwargs=NPM | {"pk": made.pk})
        ask = "post" if name == "mandate_retry" else "get"
        for user, status in ((alpha_monitor, 404), (beta_monitor, 404), (stranger, 404), (coordinator, 403)):
            assert getattr(as_(user), ask)(path).status_code == status
        assert getattr(client, ask)(path).url.startswith(reverse("account_login"))
        found = getattr(as_(alpha_lead), ask)(path).status_code
        assert found == {"mandate_detail": 200, "mandate_download": 404}.get(name, 302)
    assert as_(alpha_reader).get(address(plan, "plan_letter")).status_code == 403
    assert as_(alpha_lead).get(reverse("visits:mandate_retry", kwargs=NPM | {"pk": made.pk})).status_code == 405


def test_a_letter_names_somebody_and_not_too_many(as_, prison, alpha, alpha_lead):
    plan = make_plan(prison, alpha, by=alpha_lead)
    client = as_(alpha_lead)
    for wrong in (
        {},
        {"others": "\n".join("abc")[:0]},
        {"others": "x" * 151},
        {"others": "a\n" * 31},
        {"people": ["7"]},
    ):
        assert client.post(address(plan, "plan_letter"), {"language": "nl"} | wrong).context["form"].errors
    assert not MandateLetter.objects.exists()


def test_a_letter_is_not_made_for_who_lost_the_plan(prison, alpha, alpha_lead, alpha_monitor):
    plan = make_plan(prison, alpha, by=alpha_monitor)
    letter = mandate_letters.make_letter(
        letter=MandateLetter(plan=plan, language="en-gb", names=["Alma"]), by=alpha_monitor
    )
    plan.member_rows.all().delete()

    jobs.run(str(letter.job_id))

    letter.refresh_from_db()
    assert letter.job.state == "failed"
    assert not letter.pdf


# -- Calendar files ---------------------------------------------------------------------------------------------------


def test_calendar_of_the_own_plans(as_, prison, alpha, alpha_lead, alpha_monitor):
    sealed = make_plan(prison, alpha, by=alpha_monitor, note="Private")
    make_plan(prison, alpha, by=alpha_lead)
    opened = make_plan(prison, alpha, by=alpha_monitor, secrecy="open")

    response = as_(alpha_monitor).get(reverse("visits:plans_ics", kwargs=NPM))

    text = response.content.decode()
    assert response.headers["Content-Disposition"] == 'attachment; filename="examplia-visits.ics"'
    assert text.count("BEGIN:VEVENT") == 2
    assert text.count("Quozandel") == 1
    assert f"DTSTART;VALUE=DATE:{sealed.starts_on:%Y%m%d}" in text
    assert str(opened.pk) in text
    assert "Private" not in text
    assert "Alma" not in text

"""The terms of use are accepted once a version, before the first page behind the sign-in."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from members.actions.terms import PACKAGED, TermsError, accept_terms, load_terms
from members.models import Terms, TermsAcceptance
from npmportal.models import AuditEvent
from tests.factories import VisitFactory

TERMS, ACCEPT, DESK = "/terms/", "/terms/accept/", "/examplia/desk/members/"


@pytest.fixture
def terms(db):
    return Terms.objects.create(
        version=1,
        text_en="Confidence\nIt stays here.\n\nLeaks\nTell the same day.",
        text_nl="Vertrouwen\nHet blijft hier.",
        published_at=timezone.now(),
    )


def test_terms_come_before_every_page_of_the_desk(terms, as_, alpha_lead):
    client = as_(alpha_lead)

    assert (
        client.get("/examplia/desk/visits/?state=draft").url
        == "/terms/?next=%2Fexamplia%2Fdesk%2Fvisits%2F%3Fstate%3Ddraft"
    )
    assert client.get(reverse("members:start")).url.startswith(TERMS)
    page = client.get(TERMS, {"next": DESK})
    assert page.status_code == 200
    assert "It stays here." in page.content.decode()
    assert "<h2>Leaks</h2>" in page.content.decode()

    response = client.post(ACCEPT, {"version": "1", "next": DESK})

    assert response.url == DESK
    assert client.get(DESK).status_code == 200
    event = AuditEvent.objects.get(action="terms.accepted")
    assert (event.actor, event.details) == (alpha_lead, {"version": 1})
    assert "You accepted this version" in client.get(TERMS).content.decode()


def test_signing_out_language_account_and_public_pages_stay_open(terms, as_, alpha_lead):
    client = as_(alpha_lead)

    for path in (
        reverse("mfa_index"),
        reverse("usersessions_list"),
        reverse("account_session_left"),
        "/",
        "/examplia/",
    ):
        assert client.get(path).status_code == 200
    assert client.post(reverse("set_language"), {"language": "nl"}).status_code == 302
    assert "Het blijft hier." in client.get(TERMS).content.decode()
    assert client.post(reverse("account_logout")).url == "/"


def test_nothing_is_asked_where_nothing_is_published(as_, alpha_lead):
    Terms.objects.create(version=1, text_en="a", text_nl="b")
    Terms.objects.create(version=2, text_en="a", text_nl="b", published_at=timezone.now() + timedelta(days=1))
    client = as_(alpha_lead)

    assert client.get(DESK).status_code == 200
    assert "No terms have been published." in client.get(TERMS).content.decode()
    assert client.post(ACCEPT, {"version": "1"}).url == TERMS
    assert not TermsAcceptance.objects.exists()


def test_new_version_is_asked_of_those_at_work_within_a_minute(terms, as_, alpha, alpha_lead):
    accept_terms(terms=terms, by=alpha_lead)
    client = as_(alpha_lead)
    Terms.objects.create(version=2, text_en="New\nwords", text_nl="b", published_at=timezone.now())
    visit = VisitFactory(lead_body=alpha, place__mechanism=alpha.mechanism, state="draft")
    session = client.session
    session["terms_checked_at"] -= 61
    session.save()

    # What is being typed is not lost by it: the form is taken, the page after it asks.
    step = reverse("visits:visit_transition", kwargs={"npm": "examplia", "pk": visit.pk, "transition": "submit"})
    assert not client.post(step, {"summary": "x"}).headers.get("Location", "").startswith(TERMS)
    assert client.get(DESK).url.startswith(TERMS)
    assert client.post(ACCEPT, {"version": "1"}).url == TERMS
    assert TermsAcceptance.objects.count() == 1
    client.post(ACCEPT, {"version": "2"})
    assert client.get(DESK).status_code == 200


def test_form_of_somebody_who_never_accepted_anything_is_not_taken(terms, as_, alpha_lead):
    client = as_(alpha_lead)

    assert client.post("/examplia/desk/visits/new/", {"summary": "x"}).url == TERMS


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_accepting_leads_nowhere_else(terms, as_, alpha_lead, there):
    assert as_(alpha_lead).post(ACCEPT, {"version": "1", "next": there}).url == reverse("members:start")


@pytest.mark.parametrize("version", ["", "x", "0", "1\x00", "9" * 400])
def test_junk_is_no_version(terms, as_, alpha_lead, version):
    assert as_(alpha_lead).post(ACCEPT, {"version": version}).url == TERMS
    assert not TermsAcceptance.objects.exists()


def test_terms_are_for_the_signed_in(client, terms, as_, alpha_lead):
    assert client.get(TERMS).url.startswith(reverse("account_login"))
    assert client.post(ACCEPT).url.startswith(reverse("account_login"))
    assert as_(alpha_lead).get(ACCEPT).status_code == 405
    assert as_(alpha_lead).post(TERMS).status_code == 405


def test_second_factor_comes_before_the_terms(terms, as_, alpha_lead, settings):
    settings.SECOND_FACTOR_REQUIRED = True

    assert as_(alpha_lead).get(DESK).url == reverse("mfa_index")
    assert as_(alpha_lead).get(TERMS).url == reverse("mfa_index")


def test_each_accepts_for_themselves_and_once(terms, alpha_lead, beta_monitor):
    for _n in range(2):
        accept_terms(terms=terms, by=alpha_lead)

    assert Terms.objects.waiting_for(alpha_lead) is None
    assert Terms.objects.waiting_for(beta_monitor) == terms
    assert AuditEvent.objects.filter(action="terms.accepted").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        TermsAcceptance.objects.create(terms=terms, user=alpha_lead)


def test_asking_costs_no_query_on_the_next_page(terms, as_, alpha_lead, django_assert_num_queries):
    accept_terms(terms=terms, by=alpha_lead)
    client = as_(alpha_lead)
    client.get(TERMS)

    with django_assert_num_queries(5):  # the session, the person, one for the rights, the version, its acceptance
        client.get(TERMS)


# -- The packaged versions --------------------------------------------------------------------------------------------


def test_packaged_terms_are_loaded_once_and_in_both_languages(db):
    out = StringIO()
    call_command("load_terms", stdout=out)
    call_command("load_terms", stdout=out)

    terms = Terms.objects.in_force().first()
    assert terms.version == 1
    assert [len(text.split("\n\n")) for text in (terms.text_en, terms.text_nl)] == [8, 8]
    assert all(section["heading"] and section["text"] for section in terms.sections)
    assert "Article 21" in terms.text_en
    assert "Artikel 21" in terms.text_nl
    assert "version 1 is in force" in out.getvalue()
    assert "nothing new" in out.getvalue()
    assert AuditEvent.objects.filter(action="terms.published").count() == 1


def test_published_words_are_never_changed(db, tmp_path):
    for language in ("en", "nl"):
        (tmp_path / f"1.{language}.txt").write_text("Other\nwords", encoding="utf-8")
    load_terms()

    with pytest.raises(TermsError, match="add a version 2"):
        load_terms(folder=tmp_path)
    Terms.objects.update(text_en="somebody changed it")
    with pytest.raises(CommandError, match="other words"):
        call_command("load_terms", stdout=StringIO())
    assert PACKAGED.is_dir()


# -- A version drafted here -------------------------------------------------------------------------------------------


def test_operator_brings_a_draft_into_force(terms, as_, alpha_lead):
    accept_terms(terms=terms, by=alpha_lead)
    draft = Terms.objects.create(version=2, text_en="New\nwords", text_nl="Nieuwe\nwoorden")
    assert Terms.objects.waiting_for(alpha_lead) is None
    out = StringIO()

    call_command("publish_terms", "2", stdout=out)

    assert "version 2 is in force" in out.getvalue()
    assert Terms.objects.waiting_for(alpha_lead) == draft
    event = AuditEvent.objects.get(action="terms.published")
    assert (event.actor, event.details) == (None, {"version": 2})


@pytest.mark.parametrize(("version", "said"), [("1", "published already"), ("9", "no version 9"), ("0", "older one")])
def test_what_cannot_come_into_force_is_said(terms, version, said):
    Terms.objects.create(version=0, text_en="Old", text_nl="Oud")

    with pytest.raises(CommandError, match=said):
        call_command("publish_terms", version)
    assert not AuditEvent.objects.filter(action="terms.published").exists()

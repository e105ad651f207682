"""Filters kept under a name: by a person for themselves, by who leads a body for its people. They widen no rights."""

import pytest
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.factories import VisitFactory, person
from visits.models import SavedView

QUERY = "kind=routine"


@pytest.fixture
def list_url(mechanism):
    return reverse("visits:visit_list", kwargs={"npm": mechanism.slug})


@pytest.fixture
def new_url(mechanism):
    return reverse("visits:saved_view_new", kwargs={"npm": mechanism.slug}) + f"?{QUERY}"


@pytest.fixture
def own(mechanism, alpha_monitor):
    return SavedView.objects.create(mechanism=mechanism, person=alpha_monitor, name="Mine", query=QUERY)


@pytest.fixture
def shared(mechanism, alpha, alpha_lead):
    return SavedView.objects.create(mechanism=mechanism, person=alpha_lead, body=alpha, name="Ours", query=QUERY)


def address(view, name="saved_view_change"):
    return reverse(f"visits:{name}", kwargs={"npm": view.mechanism.slug, "pk": view.pk})


def links(response):
    return {link.view.name for link in response.context["views"]}


def test_person_saves_a_view_and_finds_it_above_the_list(as_, alpha_monitor, beta_monitor, new_url, list_url):
    client = as_(alpha_monitor)
    assert client.get(new_url).status_code == 200

    response = client.post(new_url + "&after=x&size=10", {"name": "Routine ones"})

    assert response.url == f"{list_url}?{QUERY}"
    assert links(client.get(list_url)) == {"Routine ones"}
    assert links(as_(beta_monitor).get(list_url)) == set()
    assert AuditEvent.objects.get(action="saved_view.saved").details == {"shared": False}


def test_view_that_looks_for_words_is_not_shared(as_, alpha, alpha_lead, new_url):
    """A search is kept nowhere with its words (ADR 0025) but with the person who gave it a name."""
    page = as_(alpha_lead).post(new_url + "&words=Somebody", {"name": "Ours", "body": alpha.pk})

    assert "a view that looks for words is yours alone" in page.content.decode()
    as_(alpha_lead).post(new_url + "&words=Somebody", {"name": "Mine", "body": ""})
    assert SavedView.objects.get().body is None


def test_lead_shares_a_view_with_the_body(as_, alpha, alpha_lead, alpha_reader, beta_monitor, new_url, list_url):
    as_(alpha_lead).post(new_url, {"name": "Ours", "body": alpha.pk})

    assert SavedView.objects.get().body == alpha
    assert links(as_(alpha_reader).get(list_url)) == {"Ours"}
    assert links(as_(beta_monitor).get(list_url)) == set()


def test_who_leads_no_body_shares_with_none(as_, alpha, beta, alpha_monitor, alpha_lead, new_url):
    as_(alpha_monitor).post(new_url, {"name": "Ours", "body": alpha.pk})
    assert SavedView.objects.get().body is None

    response = as_(alpha_lead).post(new_url, {"name": "Theirs", "body": beta.pk})
    assert response.status_code == 200
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", ["", "x" * 81, "Mine", "\x00"])
def test_names_that_cannot_be_are_explained(as_, alpha_monitor, own, new_url, name):
    response = as_(alpha_monitor).post(new_url, {"name": name})

    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()
    assert SavedView.objects.count() == 1


def test_without_a_filter_there_is_nothing_to_save(as_, alpha_monitor, new_url, list_url):
    response = as_(alpha_monitor).post(new_url.partition("?")[0] + "?size=10", {"name": "All"})

    assert response.url == list_url
    assert not SavedView.objects.exists()


def test_view_shows_each_reader_what_they_may_see(as_, alpha, beta, mechanism, alpha_reader, coordinator, shared):
    VisitFactory(place__mechanism=mechanism, lead_body=alpha, kind="routine", state="draft", reference="DRAFT-1")
    other = VisitFactory(place__mechanism=mechanism, lead_body=beta, kind="routine", state="approved")
    url = f"{reverse('visits:visit_list', kwargs={'npm': mechanism.slug})}?{shared.query}"

    assert [row.reference for row in as_(alpha_reader).get(url).context["rows"]] == ["DRAFT-1"]
    assert [row.pk for row in as_(coordinator).get(url).context["rows"]] == [other.pk]


def test_renamed_shared_and_removed(as_, alpha, alpha_lead, alpha_reader, shared, list_url):
    client = as_(alpha_lead)
    assert client.get(address(shared)).status_code == 200
    client.post(address(shared), {"name": "Renamed", "body": ""})
    shared.refresh_from_db()
    assert (shared.name, shared.body, shared.person) == ("Renamed", None, alpha_lead)
    assert links(as_(alpha_reader).get(list_url)) == set()

    client.post(address(shared, "saved_view_remove"))

    assert not SavedView.objects.exists()
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"saved_view.changed", "saved_view.removed"}


def test_lead_changes_what_another_lead_shared(as_, alpha, shared):
    second = person("body_lead", alpha, name="Ada Second")

    assert as_(second).post(address(shared), {"name": "Ours too", "body": alpha.pk}).status_code == 302
    assert SavedView.objects.get().name == "Ours too"


@pytest.mark.parametrize("page", ["saved_view_change", "saved_view_remove"])
def test_others_change_nothing(as_, shared, own, alpha_reader, alpha_lead, beta_monitor, stranger, administrator, page):
    assert as_(alpha_reader).post(address(shared, page), {"name": "x"}).status_code == 403
    for who, view in ((beta_monitor, shared), (alpha_lead, own), (stranger, shared)):
        assert as_(who).post(address(view, page), {"name": "x"}).status_code == 404
    assert as_(administrator).post(address(shared, page), {"name": "x"}).status_code == 403
    assert as_(None).post(address(shared, page)).url.startswith(reverse("account_login"))
    assert set(SavedView.objects.values_list("name", flat=True)) == {"Ours", "Mine"}


def test_removing_is_a_post(as_, alpha_lead, shared):
    assert as_(alpha_lead).get(address(shared, "saved_view_remove")).status_code == 405


def test_view_with_words_of_another_time_shows_the_list(as_, alpha_monitor, own, list_url):
    SavedView.objects.update(query="kind=abolished&colour=blue&setting=99999")

    response = as_(alpha_monitor).get(f"{list_url}?{SavedView.objects.get().query}")

    assert response.status_code == 200
    assert as_(alpha_monitor).get(address(own)).status_code == 200


@pytest.mark.parametrize("is_new", [True, False])
def test_name_taken_a_moment_ago_is_explained(as_, alpha_monitor, mechanism, own, new_url, monkeypatch, is_new):
    """The other request was stored after the form had looked."""
    monkeypatch.setattr("visits.forms.saved_view.SavedViewForm.clean", lambda form: form.cleaned_data)
    other = SavedView.objects.create(mechanism=mechanism, person=alpha_monitor, name="Other", query=QUERY)

    response = as_(alpha_monitor).post(new_url if is_new else address(other), {"name": "Mine"})

    assert response.status_code == 200
    assert response.context["form"].errors == {"name": ["There is a view with this name already."]}
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["Mine", "Other"]

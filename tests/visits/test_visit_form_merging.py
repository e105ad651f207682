"""Two people change one visit: other fields merge, of the same field both versions are shown (ux 11)."""

import pytest
from django.urls import reverse

from visits.forms.merging import marks_of
from visits.models import Visit, VisitChange


@pytest.fixture
def url(draft):
    return reverse("visits:visit_change", kwargs={"npm": draft.mechanism.slug, "pk": draft.pk})


@pytest.fixture
def opened(as_, alpha_lead, url, draft, entered):
    """What the form sends when it is opened and nothing is typed."""
    Visit.objects.filter(pk=draft.pk).update(summary="First.\r\nSecond. ", reference="A-1")
    form = as_(alpha_lead).get(url).context["form"]
    return {
        name: "" if form[name].value() is None else form[name].value() for name in form.fields if name != "partners"
    } | {"place": str(draft.place_id)}


@pytest.fixture
def save(as_, url):
    """Return a function that sends the form as a person."""
    return lambda who, data, **more: as_(who).post(url, data | more)


def test_different_fields_merge_and_the_page_tells(
    opened, save, as_, alpha_lead, alpha_monitor, draft, beta, beta_monitor
):
    save(alpha_lead, opened, access="delayed", access_delay_minutes="20", own_kind="Theirs", partners=[str(beta.pk)])

    response = save(alpha_monitor, opened, summary="Mine.", people_seen="4")

    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.access, draft.access_delay_minutes, draft.own_kind) == ("delayed", 20, "Theirs")
    assert (draft.summary, draft.people_seen, draft.version) == ("Mine.", 4, 3)
    assert draft.body_ids == [draft.lead_body_id, beta.pk]
    told = as_(alpha_monitor).get(response.url)
    assert told.status_code == 200
    assert set(VisitChange.objects.filter(by=alpha_monitor).get().fields) == {"summary", "people_seen"}


def test_merging_is_told_with_the_names_of_the_fields(opened, save, as_, url, alpha_lead, alpha_monitor):
    save(alpha_lead, opened, own_kind="Theirs")

    page = as_(alpha_monitor).post(url, opened | {"summary": "Mine."}, follow=True).text

    assert "Somebody else saved this visit meanwhile" in page
    assert "Own word" in page or "own" in page.lower()


def test_nothing_typed_here_changes_nothing_of_theirs(opened, save, alpha_lead, alpha_monitor, draft):
    save(alpha_lead, opened, summary="Theirs.", time_in="14:30", starts_on="2024-05-13", ends_on="2024-05-15")

    assert save(alpha_monitor, opened).status_code == 302

    draft.refresh_from_db()
    assert (draft.summary, str(draft.time_in), str(draft.starts_on)) == ("Theirs.", "14:30:00", "2024-05-13")


def test_change_that_left_no_trace_of_a_form_merges_too(opened, save, alpha_monitor, draft):
    """An import raises the version and writes no rows of changes."""
    Visit.objects.filter(pk=draft.pk).update(people_offered=9, version=7)

    save(alpha_monitor, opened, summary="Mine.")

    draft.refresh_from_db()
    assert (draft.people_offered, draft.summary, draft.version) == (9, "Mine.", 8)


def test_same_field_is_asked_about_alone(opened, save, alpha_lead, alpha_monitor, draft):
    save(alpha_lead, opened, summary="Theirs.", own_kind="Their word")

    response = save(alpha_monitor, opened, summary="Mine.", people_seen="4")

    assert response.status_code == 409
    assert [difference.name for difference in response.context["differences"]] == ["summary"]
    assert "Theirs." in response.text
    assert response.context["form"]["summary"].value() == "Mine."
    assert response.context["form"]["own_kind"].value() == "Their word"
    assert response.context["form"]["people_seen"].value() == "4"
    draft.refresh_from_db()
    assert draft.summary == "Theirs."


@pytest.mark.parametrize(("choice", "kept"), [("theirs", "Theirs."), ("mine", "Mine, and more.")])
def test_choice_is_stored(opened, save, alpha_lead, alpha_monitor, draft, choice, kept):
    save(alpha_lead, opened, summary="Theirs.")
    form = save(alpha_monitor, opened, summary="Mine.").context["form"]
    again = opened | {name: form[name].value() for name in ("version", "began")}

    response = save(alpha_monitor, again, summary="Mine, and more.", asked="summary", choice_summary=choice)

    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.summary == kept


@pytest.mark.parametrize("choice", ["", "x"])
def test_undecided_is_asked_again_and_keeps_what_was_typed(opened, save, alpha_lead, alpha_monitor, draft, choice):
    save(alpha_lead, opened, summary="Theirs.")
    form = save(alpha_monitor, opened, summary="Mine.").context["form"]
    again = opened | {name: form[name].value() for name in ("version", "began")}

    response = save(alpha_monitor, again, summary="Mine.", asked="summary", choice_summary=choice)

    assert response.status_code == 409
    assert "Choose one of the two versions" in response.text
    assert "Theirs." in response.text
    assert response.context["form"]["summary"].value() == "Mine."
    draft.refresh_from_db()
    assert draft.summary == "Theirs."


def test_merged_form_is_judged_as_a_whole(opened, save, alpha_lead, alpha_monitor, draft):
    """Each alone is right: minutes of a delay here, full access there."""
    Visit.objects.filter(pk=draft.pk).update(access="delayed")
    draft.refresh_from_db()
    opened |= {"began": marks_of(draft), "access": "delayed", "summary": draft.summary}
    save(alpha_lead, opened, access="full")

    response = save(alpha_monitor, opened, access_delay_minutes="30")

    assert response.status_code == 200
    assert "delayed access only" in response.text
    assert "Somebody else saved this visit meanwhile" in response.text
    assert response.context["form"]["access_delay_minutes"].value() == "30"


def test_third_person_between_question_and_answer_is_asked_about_again(opened, save, alpha_lead, alpha_monitor, draft):
    save(alpha_lead, opened, summary="Theirs.")
    form = save(alpha_monitor, opened, summary="Mine.").context["form"]
    again = opened | {name: form[name].value() for name in ("version", "began")}
    save(alpha_lead, again, summary="Theirs, later.")

    response = save(alpha_monitor, again, summary="Mine.", asked="summary", choice_summary="mine")

    assert response.status_code == 409
    assert "Theirs, later." in response.text


def test_handed_in_meanwhile_shows_all_to_be_copied(opened, save, alpha_monitor, draft):
    Visit.objects.filter(pk=draft.pk).update(state="submitted", version=2)

    response = save(alpha_monitor, opened, summary="Mine.", own_kind="My word")

    assert response.status_code == 409
    assert "copy what you need" in response.text
    assert {"summary", "own_kind"} <= {difference.name for difference in response.context["differences"]}


def test_approved_meanwhile_asks_for_the_reason(opened, save, alpha_monitor, draft):
    Visit.objects.filter(pk=draft.pk).update(state="approved", version=2)

    response = save(alpha_monitor, opened, summary="Mine.")

    assert "Give a reason" in response.text
    assert response.context["form"]["summary"].value() == "Mine."


@pytest.mark.parametrize("began", ["", "x", "summary:", ": :", "summary:zz place:1 \x00"])
def test_marks_that_say_nothing_lead_to_a_question(opened, save, alpha_lead, alpha_monitor, draft, began):
    save(alpha_lead, opened, summary="Theirs.")

    response = save(alpha_monitor, opened | {"began": began}, summary="Mine.")

    assert response.status_code in (200, 409)
    draft.refresh_from_db()
    assert draft.summary == "Theirs."

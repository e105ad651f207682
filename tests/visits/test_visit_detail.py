import pytest
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.factories import VisitFactory
from visits.models import Visit, VisitEvent


def url_of(visit, name="visit_detail", **more):
    return reverse(f"visits:{name}", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk} | more)


def step_url(visit, step):
    return url_of(visit, "visit_transition", transition=step)


# -- Reading ----------------------------------------------------------------------------------------------------------
def test_everything_is_there_and_what_is_missing_says_so(as_, alpha_reader, joint):
    page = as_(alpha_reader).get(url_of(joint)).content.decode()

    for words in (joint.place.name, joint.reference, "Alpha Inspectorate", "Beta Inspectorate", "Not recorded"):
        assert words in page
    assert "nobody else can" in page


@pytest.mark.parametrize("who", ["stranger", "coordinator", "outsider"])
def test_draft_of_another_404(request, as_, who, draft):
    assert as_(request.getfixturevalue(who)).get(url_of(draft)).status_code == 404


def test_administrator_403(as_, administrator, draft):
    assert as_(administrator).get(url_of(draft)).status_code == 403


def test_anonymous_to_login(as_, draft):
    assert as_(None).get(url_of(draft)).url.startswith(reverse("account_login"))


def test_reading_a_restricted_visit_is_written_down(as_, alpha_reader, draft):
    client = as_(alpha_reader)
    client.get(url_of(draft))
    assert not AuditEvent.objects.filter(action__startswith="visit.").exists()
    Visit.objects.filter(pk=draft.pk).update(confidentiality="restricted")

    client.get(url_of(draft))

    assert AuditEvent.objects.get(action="visit.draft_read").actor == alpha_reader


@pytest.mark.parametrize(
    ("who", "state", "steps"),
    [
        ("alpha_monitor", "draft", {"submit"}),
        ("alpha_monitor", "submitted", {"recall"}),
        ("alpha_reader", "draft", set()),
        ("beta_monitor", "draft", set()),
        ("coordinator", "submitted", {"approve", "return"}),
        ("coordinator", "approved", {"return"}),
    ],
)
def test_buttons_follow_the_table(request, as_, joint, who, state, steps):
    Visit.objects.filter(pk=joint.pk).update(state=state)

    page = as_(request.getfixturevalue(who)).get(url_of(joint)).content.decode()

    assert {step for step in ("submit", "recall", "approve", "return") if step_url(joint, step) in page} == steps


def test_history_tells_each_step_with_its_reason(as_, alpha_reader, draft, coordinator):
    VisitEvent.objects.create(
        visit=draft,
        transition="return",
        from_state="submitted",
        to_state="returned",
        reason="<b>Why</b>",
        by=coordinator,
    )
    Visit.objects.filter(pk=draft.pk).update(state="returned")

    page = as_(alpha_reader).get(url_of(draft)).content.decode()

    notice, feed = page.split("What happened")
    assert "returned to be changed" in notice  # nobody has to look for the reason in the feed
    assert "&lt;b&gt;Why&lt;/b&gt;" in notice
    assert "&lt;b&gt;Why&lt;/b&gt;" in feed
    assert coordinator.name in page


def test_queries_are_constant(as_, alpha_reader, joint, coordinator, django_assert_max_num_queries):
    for _step in range(12):
        VisitEvent.objects.create(
            visit=joint, transition="submit", from_state="draft", to_state="submitted", by=coordinator
        )
    client = as_(alpha_reader)

    with django_assert_max_num_queries(20):
        client.get(url_of(joint))


# -- Taking a step ----------------------------------------------------------------------------------------------------
def test_submitting_moves_the_visit_on(as_, alpha_monitor, draft):
    response = as_(alpha_monitor).post(step_url(draft, "submit"), follow=True)

    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert "has been submitted" in response.content.decode()


def test_double_click_of_a_coordinator_returns_the_visit_once(as_, coordinator, prison, alpha):
    visit = VisitFactory(place=prison, lead_body=alpha, submitted=True, access="full")
    client = as_(coordinator)

    answers = [client.post(step_url(visit, "return"), {"reason": "Again."}) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert VisitEvent.objects.count() == 1


def test_missing_reason_is_asked_for_beside_the_field(as_, alpha_monitor, prison, alpha):
    visit = VisitFactory(place=prison, lead_body=alpha, submitted=True)

    response = as_(alpha_monitor).post(step_url(visit, "recall"), {"reason": " "})

    assert response.status_code == 422
    assert "Give a reason." in response.content.decode()
    assert 'Reason <span class="mark">(optional)' not in response.content.decode()


def test_reason_with_a_character_that_cannot_be_stored_is_asked_for_anew(as_, alpha_monitor, prison, alpha):
    visit = VisitFactory(place=prison, lead_body=alpha, access="full", submitted=True)

    response = as_(alpha_monitor).post(step_url(visit, "recall"), {"reason": "A mistake\x00 in the days."})

    visit.refresh_from_db()
    assert (response.status_code, visit.state) == (422, "submitted")
    assert "Remove the unprintable characters" in response.content.decode()
    page = as_(alpha_monitor).post(step_url(visit, "recall"), {"reason": "A mistake."}, follow=True).text
    assert "Taken back, a draft again" in page


def test_reason_that_is_too_long_stays(as_, alpha_monitor, prison, alpha):
    visit = VisitFactory(place=prison, lead_body=alpha, submitted=True)

    response = as_(alpha_monitor).post(step_url(visit, "recall"), {"reason": "r" * 10_001})

    assert response.status_code == 422
    assert "r" * 10_001 in response.content.decode()


def test_step_from_the_wrong_state_says_so_and_changes_nothing(as_, alpha_monitor, prison, alpha):
    visit = VisitFactory(place=prison, lead_body=alpha, approved=True)

    response = as_(alpha_monitor).post(step_url(visit, "submit"), follow=True)

    assert "can no longer be done" in response.content.decode()
    visit.refresh_from_db()
    assert visit.state == "approved"


def test_incomplete_visit_says_what_is_missing(as_, alpha_monitor, prison, alpha):
    visit = VisitFactory(place=prison, lead_body=alpha)

    response = as_(alpha_monitor).post(step_url(visit, "submit"), follow=True)

    assert "Record whether the visitors had access" in response.content.decode()


@pytest.mark.parametrize(("who", "status"), [("alpha_reader", 403), ("beta_monitor", 403), ("stranger", 404)])
def test_step_without_the_right(request, as_, joint, who, status):
    assert as_(request.getfixturevalue(who)).post(step_url(joint, "submit")).status_code == status
    joint.refresh_from_db()
    assert joint.state == "draft"


def test_step_is_never_taken_by_looking(as_, alpha_monitor, draft):
    assert as_(alpha_monitor).get(step_url(draft, "submit")).status_code == 405


def test_unknown_step_404(as_, alpha_monitor, draft):
    assert as_(alpha_monitor).post(step_url(draft, "publish")).status_code == 404


def test_buttons_say_which_version_was_read(as_, coordinator, draft):
    Visit.objects.filter(pk=draft.pk).update(state="submitted", version=1200)

    client = as_(coordinator)
    page = client.get(url_of(draft)).content.decode()
    Visit.objects.filter(pk=draft.pk).update(version=1202)
    response = client.post(step_url(draft, "approve"), {"version": "1200"}, follow=True)

    assert page.count('name="version" value="1200"') == 2
    assert "since you opened it" in response.content.decode()
    draft.refresh_from_db()
    assert draft.state == "submitted"


@pytest.mark.parametrize("version", ["x", "-1", "9" * 30, "\x00"])
def test_version_that_is_none_takes_no_step(as_, coordinator, draft, version):
    Visit.objects.filter(pk=draft.pk).update(state="submitted")

    assert as_(coordinator).post(step_url(draft, "approve"), {"version": version}).status_code == 302

    draft.refresh_from_db()
    assert draft.state == "submitted"

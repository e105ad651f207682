"""Review: two owners, looking, changing after approval, withdrawing, questions, addenda, and the one feed."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.factories import person
from visits import actions
from visits.models import Visit, VisitChange, VisitNote
from visits.review_lists import with_answers


@pytest.fixture
def submitted(draft, alpha_monitor):
    return actions.take_transition(visit=draft, name="submit", by=alpha_monitor)


@pytest.fixture
def approved(submitted, alpha_lead):
    return actions.take_transition(visit=submitted, name="approve", by=alpha_lead)


def url(visit, name="visit_detail", **more):
    return reverse(f"visits:{name}", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk, **more})


def change(visit, by, reason="", **fields):
    for name, value in fields.items():
        setattr(visit, name, value)
    return actions.change_visit(visit=visit, partners=None, expected_version=visit.version, by=by, reason=reason)


def text_of(response):
    return response.content.decode()


# -- Two owners -------------------------------------------------------------------------------------------------------
def test_lead_approves_and_the_coordinator_does_not_where_there_is_a_lead(submitted, alpha_lead, coordinator):
    with pytest.raises(actions.StepRefused, match="lead of the body"):
        actions.take_transition(visit=submitted, name="approve", by=coordinator)
    assert {step.name for step in actions.steps_open_to(coordinator, submitted)} == {"return"}

    assert actions.take_transition(visit=submitted, name="approve", by=alpha_lead).state == "approved"


def test_coordinator_stands_in_where_the_only_lead_submitted(draft, alpha_lead, coordinator):
    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    assert actions.take_transition(visit=draft, name="approve", by=coordinator).state == "approved"


def test_second_lead_takes_the_place_of_the_coordinator(draft, alpha, alpha_lead, coordinator):
    person("body_lead", alpha, name="Arno Second")
    actions.take_transition(visit=draft, name="submit", by=alpha_lead)

    with pytest.raises(actions.StepRefused, match="lead of the body"):
        actions.take_transition(visit=draft, name="approve", by=coordinator)


# -- Taking back ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "counts"), [("alpha_lead", True), ("coordinator", True), ("alpha_reader", False)])
def test_visit_is_taken_back_until_a_reviewer_has_opened_it(request, as_, submitted, alpha_monitor, who, counts):
    as_(request.getfixturevalue(who)).get(url(submitted))

    if counts:
        with pytest.raises(actions.StepRefused, match="opened this visit"):
            actions.take_transition(visit=submitted, name="recall", by=alpha_monitor, reason="A slip.")
        assert "recall" not in {s.name for s in actions.steps_open_to(alpha_monitor, Visit.objects.get())}
    else:
        assert (
            actions.take_transition(visit=submitted, name="recall", by=alpha_monitor, reason="A slip.").state == "draft"
        )


def test_reviewer_who_opens_the_files_alone_has_looked_too(as_, submitted, alpha_lead):
    as_(alpha_lead).get(url(submitted, "visit_files"))

    assert Visit.objects.get().looked_at is not None


def test_own_look_is_none_and_a_new_submission_has_not_been_looked_at(as_, draft, alpha_lead, alpha_monitor):
    visit = actions.take_transition(visit=draft, name="submit", by=alpha_lead)
    as_(alpha_lead).get(url(visit))
    assert Visit.objects.get().looked_at is None

    visit = actions.take_transition(visit=visit, name="recall", by=alpha_lead, reason="A slip.")
    visit = actions.take_transition(visit=visit, name="submit", by=alpha_monitor)
    as_(alpha_lead).get(url(visit))
    assert Visit.objects.get().looked_at is not None
    visit = actions.take_transition(visit=visit, name="return", by=alpha_lead, reason="Say more.")
    visit = actions.take_transition(visit=visit, name="submit", by=alpha_monitor)
    assert visit.looked_at is None


# -- Changing after approval ------------------------------------------------------------------------------------------
def test_change_after_approval_puts_the_visit_back_and_says_so(as_, approved, alpha_monitor, alpha_lead, entered):
    client = as_(alpha_monitor)
    assert "Why the visit is changed after approval" in text_of(client.get(url(approved, "visit_change")))
    typed = entered | {"access": "full", "version": approved.version, "summary": "More was seen."}

    refused = client.post(url(approved, "visit_change"), typed)
    assert "Give a reason." in text_of(refused)
    assert "More was seen." in text_of(refused)
    saved = client.post(url(approved, "visit_change"), typed | {"amend_reason": "A part was forgotten."}, follow=True)

    visit = Visit.objects.get()
    assert (visit.state, visit.summary) == ("submitted", "More was seen.")
    assert "A part was forgotten." in text_of(saved)
    assert not Visit.objects.counted().exists()
    assert AuditEvent.objects.filter(action="visit.amended").count() == 1
    assert "forgotten" not in str(list(AuditEvent.objects.values_list("details", flat=True)))
    assert actions.take_transition(visit=visit, name="approve", by=alpha_lead).state == "approved"


def test_who_changed_it_after_approval_does_not_approve_it(approved, alpha_lead, alpha, coordinator):
    visit = change(approved, alpha_lead, "A slip.", summary="More.")

    with pytest.raises(actions.StepRefused, match="somebody else"):
        actions.take_transition(visit=visit, name="approve", by=alpha_lead)


@pytest.mark.parametrize(
    ("reason", "fields", "refusal"),
    [("", {"summary": "x"}, actions.ReasonMissing), ("A slip.", {"access": ""}, actions.VisitIncomplete)],
)
def test_change_after_approval_is_refused_whole(approved, alpha_monitor, reason, fields, refusal):
    with pytest.raises(refusal):
        change(approved, alpha_monitor, reason, **fields)

    stored = Visit.objects.get()
    assert (stored.state, stored.summary, stored.access) == ("approved", "", "full")
    assert not VisitChange.objects.exists()


def test_saving_an_approved_visit_without_a_change_leaves_it_approved(approved, alpha_monitor):
    change(approved, alpha_monitor)

    assert Visit.objects.get().state == "approved"


# -- Withdrawing and discarding ---------------------------------------------------------------------------------------
def test_withdrawn_visit_leaves_the_figures_and_can_be_read(as_, approved, alpha_lead, coordinator, outsider):
    assert Visit.objects.counted().exists()
    assert Visit.objects.known_to(outsider).exists()

    actions.take_transition(visit=approved, name="withdraw", by=alpha_lead, reason="Entered twice.")

    assert not Visit.objects.counted().exists()
    assert not Visit.objects.known_to(outsider).exists()
    page = text_of(as_(coordinator).get(url(approved)))
    assert "This visit has been withdrawn" in page
    assert "Entered twice." in page


def test_discarded_draft_is_the_business_of_the_body_alone(as_, draft, alpha_monitor, coordinator):
    actions.take_transition(visit=draft, name="discard", by=alpha_monitor, reason="The wrong day.")

    assert as_(coordinator).get(url(draft)).status_code == 404
    assert "This draft has been discarded" in text_of(as_(alpha_monitor).get(url(draft)))
    assert actions.take_transition(visit=draft, name="restore", by=alpha_monitor).state == "draft"


def test_record_that_was_approved_once_is_withdrawn_and_never_discarded(
    as_, approved, alpha_monitor, alpha_lead, coordinator
):
    visit = change(approved, alpha_monitor, "A slip.", summary="More.")
    visit = actions.take_transition(visit=visit, name="recall", by=alpha_monitor, reason="It was another visit.")
    visit = change(visit, alpha_monitor, access="", summary="Nothing of it is so.")

    offered = {who: {s.name for s in actions.steps_open_to(who, visit)} for who in (alpha_monitor, alpha_lead)}
    page = text_of(as_(alpha_monitor).get(url(visit)))
    with pytest.raises(actions.StepRefused, match="has been approved"):
        actions.take_transition(visit=visit, name="discard", by=alpha_monitor, reason="Away with it.")

    assert offered == {alpha_monitor: {"submit"}, alpha_lead: {"submit", "withdraw"}}
    assert "This visit has been approved before" in page
    assert "Discard" not in page
    visit = actions.take_transition(visit=visit, name="withdraw", by=alpha_lead, reason="Entered twice.")
    told = text_of(as_(coordinator).get(url(visit)))
    assert "It counts in no figure" in told
    assert "<ins>Nothing of it is so.</ins>" in told  # what came of it while it was open, as when it is submitted
    visit = actions.take_transition(visit=visit, name="reinstate", by=alpha_lead, reason="It was not.")
    assert visit.state == "submitted"
    with pytest.raises(actions.VisitIncomplete):
        actions.take_transition(visit=visit, name="approve", by=coordinator)


def test_form_says_that_a_changed_visit_is_in_review_again(as_, approved, entered, alpha_monitor):
    sent = entered | {"access": "full", "version": approved.version, "summary": "More.", "amend_reason": "Forgotten."}

    response = as_(alpha_monitor).post(url(approved, "visit_change"), sent, follow=True)

    assert Visit.objects.get().state == "submitted"
    assert "in review again and leaves the figures" in text_of(response)


# -- Questions, notes, addenda ----------------------------------------------------------------------------------------
def test_question_is_asked_answered_and_settled(as_, approved, coordinator, alpha_monitor):
    office, body = as_(coordinator), as_(alpha_monitor)

    office.post(url(approved, "visit_note", kind="question"), {"text": "Why so late?"})
    question = VisitNote.objects.get()
    page = text_of(body.get(url(approved)))
    assert "Why so late?" in page
    assert url(approved, "visit_answer", number=question.pk) in page
    body.post(url(approved, "visit_answer", number=question.pk), {"text": "The keys were lost."})
    assert "The keys were lost." in text_of(office.get(url(approved))).split("What happened")[0]
    office.post(url(approved, "visit_settle", number=question.pk))

    question.refresh_from_db()
    assert question.settled_at
    assert Visit.objects.get().state == "approved"
    late = body.post(url(approved, "visit_answer", number=question.pk), {"text": "And more."})
    assert late.status_code == 422
    assert "And more." not in set(VisitNote.objects.values_list("text", flat=True))
    events = AuditEvent.objects.filter(action__in=["visit.asked", "visit.answered", "visit.settled"])
    assert events.count() == 3
    assert "keys" not in str(list(events.values_list("details", flat=True)))


@pytest.mark.parametrize(
    ("who", "kind", "status"),
    [
        ("alpha_monitor", "note", 302),
        ("beta_monitor", "note", 302),
        ("coordinator", "note", 302),
        ("alpha_reader", "note", 403),
        ("outsider", "note", 404),
        ("administrator", "note", 403),
        ("stranger", "note", 404),
        ("coordinator", "question", 302),
        ("alpha_lead", "question", 403),
        ("alpha_monitor", "addendum", 302),
        ("beta_monitor", "addendum", 403),
        ("coordinator", "addendum", 403),
        ("coordinator", "nonsense", 404),
        (None, "note", 302),
    ],
)
def test_who_writes_what(request, as_, joint, alpha_lead, who, kind, status):
    Visit.objects.filter(pk=joint.pk).update(state="approved")
    user = request.getfixturevalue(who) if who else None

    response = as_(user).post(url(joint, "visit_note", kind=kind), {"text": "Words."})

    assert response.status_code == status
    assert VisitNote.objects.exists() is (status == 302 and who is not None)
    if who is None:
        assert "/login" in response["Location"] or "account" in response["Location"]


def test_question_about_a_withdrawn_visit_is_settled_all_the_same(
    as_, approved, coordinator, alpha_monitor, alpha_lead
):
    question = actions.ask(visit=approved, text="Why?", by=coordinator)
    actions.answer(question=question, text="The wrong day.", by=alpha_monitor)
    actions.take_transition(visit=approved, name="withdraw", by=alpha_lead, reason="It was another place.")
    office, settle = as_(coordinator), url(approved, "visit_settle", number=question.pk)
    assert settle in text_of(office.get(url(approved)))

    office.post(settle)

    assert not with_answers(coordinator, approved.mechanism).exists()


@pytest.mark.parametrize("who", ["alpha_lead", "outsider", "alpha_reader", "administrator"])
def test_only_the_coordinator_settles(request, as_, approved, coordinator, who):
    question = actions.ask(visit=approved, text="Why?", by=coordinator)

    response = as_(request.getfixturevalue(who)).post(url(approved, "visit_settle", number=question.pk))

    assert response.status_code in (403, 404)
    question.refresh_from_db()
    assert question.settled_at is None


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001, "a\x00b"])
def test_text_that_cannot_be_kept_comes_back_with_an_error(as_, approved, alpha_monitor, text):
    response = as_(alpha_monitor).post(url(approved, "visit_note", kind="note"), {"text": text})

    assert response.status_code == 422
    assert not VisitNote.objects.exists()


def test_notes_stay_on_their_side_unless_shared(as_, approved, alpha_monitor, coordinator):
    actions.write_note(visit=approved, text="for the body", is_shared=False, by=alpha_monitor)
    actions.write_note(visit=approved, text="for the office", is_shared=False, by=coordinator)
    actions.write_note(visit=approved, text="for everybody", is_shared=True, by=alpha_monitor)

    of_body, of_office = (text_of(as_(user).get(url(approved))) for user in (alpha_monitor, coordinator))

    assert ["for the body" in of_body, "for the office" in of_body, "for everybody" in of_body] == [True, False, True]
    assert ["for the body" in of_office, "for the office" in of_office] == [False, True]
    assert "for everybody" in of_office


def test_addendum_stands_with_the_record_and_changes_no_field(as_, approved, alpha_monitor, coordinator):
    version = approved.version

    actions.add_to_record(visit=approved, text="The roof was mended in May.", by=alpha_monitor)

    page = text_of(as_(coordinator).get(url(approved)))
    assert "Addenda" in page
    assert page.count("The roof was mended in May.") == 2  # with the record, and in the feed
    assert Visit.objects.get().version == version


def test_addendum_is_for_what_is_handed_in(draft, alpha_monitor):
    with pytest.raises(PermissionDenied):
        actions.add_to_record(visit=draft, text="Too early.", by=alpha_monitor)


# -- The feed ---------------------------------------------------------------------------------------------------------
def test_feed_tells_each_change_field_by_field(as_, draft, alpha_monitor):
    change(draft, alpha_monitor, summary="First words.", kind="thematic", starts_on=date(2024, 3, 1))

    page = text_of(as_(alpha_monitor).get(url(draft)))

    assert "3 fields changed" in page
    assert "<ins>First words.</ins>" in page
    assert "<ins>thematic</ins>" in page
    assert "<ins>1 Mar 2024</ins>" in page


def test_what_was_changed_while_open_is_told_to_the_coordinator_as_one_difference(
    as_, submitted, alpha_lead, alpha_monitor, coordinator
):
    visit = actions.take_transition(visit=submitted, name="return", by=alpha_lead, reason="Say more.")
    visit = change(visit, alpha_monitor, summary="a first try nobody should read")
    visit = change(visit, alpha_monitor, summary="The final words.", time_in="10:00")
    visit = change(visit, alpha_monitor, time_in=None)
    actions.take_transition(visit=visit, name="submit", by=alpha_monitor)

    of_body, of_office = (text_of(as_(user).get(url(visit))) for user in (alpha_monitor, coordinator))

    assert "a first try nobody should read" in of_body
    assert "a first try nobody should read" not in of_office
    assert "<ins>The final words.</ins>" in of_office
    assert "1 field changed" in of_office


def test_what_was_changed_before_the_first_submission_is_nobody_elses_business(as_, draft, alpha_monitor, coordinator):
    visit = change(draft, alpha_monitor, summary="a slip of the pen")
    visit = change(visit, alpha_monitor, summary="The final words.")
    actions.take_transition(visit=visit, name="submit", by=alpha_monitor)

    assert "a slip of the pen" not in text_of(as_(coordinator).get(url(visit)))


def test_queries_do_not_grow_with_what_happened(
    as_, approved, alpha_monitor, alpha_lead, coordinator, django_assert_max_num_queries
):
    client = as_(coordinator)
    client.get(url(approved))
    with django_assert_max_num_queries(40) as few:
        client.get(url(approved))
    for n in range(12):
        actions.write_note(visit=approved, text=f"note {n}", is_shared=True, by=alpha_monitor)
        actions.ask(visit=approved, text=f"question {n}", by=coordinator)
        approved = change(approved, alpha_monitor, "A slip.", summary=f"version {n}")
        approved = actions.take_transition(visit=approved, name="approve", by=alpha_lead)

    with django_assert_max_num_queries(len(few)):
        client.get(url(approved))
    assert client.get(url(approved) + "?feed=all").content.count(b"<li>") > client.get(url(approved)).content.count(
        b"<li>"
    )

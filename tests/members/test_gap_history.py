"""What is done to a gap once recorded: asked, answered, put right, closed, opened again; and what is told of it."""

from datetime import date

from members.actions.register_changes import record_change
from members.coverage import build_matrix
from members.models import CoverageGap, GapInquiry, RegisterChange
from members.register_log import log_rows
from tests.seals import seen

GAPS = "/examplia/desk/gaps/"


def test_question_and_answer(as_, gap, coordinator):
    client = as_(coordinator)

    client.post(f"{GAPS}{gap.pk}/ask/", {"asked": "The ministry", "asked_on": "2014-02-01", "question": "Who goes?"})
    inquiry = GapInquiry.objects.get()
    answer = f"{GAPS}{gap.pk}/inquiries/{inquiry.pk}/answer/"
    seal = seen(client, answer)
    early = client.post(answer, {"answered_on": "2014-01-01", "answer": "Nobody."} | seal)
    assert "The answer cannot be older than the question." in early.content.decode()
    client.post(answer, {"answered_on": "2014-03-01", "answer": "Nobody."} | seal)

    html = client.get(f"{GAPS}{gap.pk}/").content.decode()
    assert "The ministry" in html
    assert "Nobody." in html
    assert RegisterChange.objects.filter(record="members.gapinquiry").count() == 2
    assert "Change in the world: Question about a gap" in client.get("/examplia/desk/register/log/").content.decode()
    assert "The ministry" not in client.get("/examplia/coverage/?on=2014-01-01").content.decode()


def test_question_is_corrected_and_taken_back_and_the_history_keeps_its_words(as_, gap, coordinator):
    client, page = as_(coordinator), f"{GAPS}{gap.pk}/"
    client.post(f"{page}ask/", {"asked": "The ministri", "asked_on": "2014-02-01", "question": "Who goes?"})
    inquiry = GapInquiry.objects.get()
    correct, remove = (f"{page}inquiries/{inquiry.pk}/{act}/" for act in ("correct", "remove"))
    right = {"asked": "The ministry", "asked_on": "2014-02-01", "question": "Who goes there?"} | seen(client, correct)

    assert "Write the reason." in client.post(correct, right).content.decode()
    half = client.post(correct, right | {"reason": "A slip.", "answer": "Nobody."})
    assert "Give the day of the answer." in half.content.decode()
    assert client.post(correct, right | {"reason": "A slip."}).url == page
    inquiry.refresh_from_db()
    assert (inquiry.asked, inquiry.question, inquiry.answered_on) == ("The ministry", "Who goes there?", None)
    assert client.post(correct, right | {"reason": "Once more.", "question": "Old?"}).status_code == 409

    assert "Write the reason." in client.post(remove, {"reason": " "}).content.decode()
    assert client.post(remove, {"reason": "It was another gap."}).url == page
    assert not GapInquiry.objects.exists()
    response = client.get(page)
    assert [happening.title for happening in response.context["history"]] == [
        "Question to The ministry taken back",
        "Question to The ministry corrected",
        "Question to The ministri",
    ]
    html = response.content.decode()
    for kept in ("<del>Who goes?</del>", "<ins>Who goes there?</ins>", "A slip.", "It was another gap."):
        assert kept in html
    assert client.post(f"{page}remove/", {"reason": "Never was."}).url == GAPS  # nobody is asked about it any more


def test_changed_answer_needs_a_reason(as_, gap, coordinator):
    asked = {"asked": "The ministry", "asked_on": date(2014, 1, 1), "question": "Why?"}
    inquiry = GapInquiry.objects.create(gap=gap, answered_on=date(2014, 2, 1), answer="No.", **asked)
    client, path = as_(coordinator), f"{GAPS}{gap.pk}/inquiries/{inquiry.pk}/answer/"
    other = {"answered_on": "2014-02-01", "answer": "Yes."} | seen(client, path)

    assert "Write the reason." in client.post(path, other).content.decode()
    client.post(path, other | {"reason": "Misread."})

    inquiry.refresh_from_db()
    change = RegisterChange.objects.get()
    assert (inquiry.answer, change.act, change.before) == ("Yes.", "correction", {"answer": "No."})
    assert client.get(f"{GAPS}{gap.pk}/").context["history"][0].title == "Answer of The ministry corrected"


def test_closed_gap_is_marked_and_opened_again(as_, gap, coordinator):
    client, page = as_(coordinator), f"{GAPS}{gap.pk}/"
    reopen = f"{page}reopen/"
    mistake, again = ({"what": what, "reason": "The law again."} for what in ("mistake", "again"))
    assert "This gap is open" in client.post(reopen, mistake).content.decode()

    client.post(f"{page}end/", {"until": "2016-05", "note": "A new law."})
    assert "Closed from May 2016" in client.get(page).content.decode()
    listed = client.get(GAPS)
    assert (listed.context["open"], listed.context["closed"]) == ([], [gap])
    assert "Closed from May 2016" in listed.content.decode()

    refused = client.post(reopen, {"since": ""}).content.decode()
    assert "Choose what has happened." in refused
    assert "Write the reason." in refused
    assert "Write from which day on" in client.post(reopen, again).content.decode()
    assert "It was open until May 2016" in client.post(reopen, again | {"since": "2015"}).content.decode()
    assert client.post(reopen, mistake).url == page
    gap.refresh_from_db()
    assert gap.ends_on is None

    client.post(f"{page}end/", {"until": "2017"})
    later = CoverageGap.objects.get(pk=client.post(reopen, again | {"since": "2018-03"}).url.split("/")[-2])
    assert (later.starts_on, later.ends_on, later.explanation) == (date(2018, 3, 1), None, gap.explanation)
    assert list(later.jurisdictions.all()) == list(gap.jurisdictions.all())
    assert "This gap is recorded once more" in client.post(reopen, mistake).content.decode()
    titles = [happening.title for happening in client.get(page).context["history"]]
    assert titles == [
        "Opened again from March 2018",
        "Closed from 2017",
        "Opened again: it had been closed by mistake, from May 2016",
        "Closed from May 2016",
    ]
    response = client.get(f"{GAPS}{later.pk}/")
    assert [happening.title for happening in response.context["history"]] == ["Opened again from March 2018"]
    assert response.context["other_times"] == [gap]


def test_what_changes_nothing_is_refused_and_was_no_act(as_, gap, coordinator):
    asked = {"asked": "The ministry", "asked_on": date(2014, 1, 1), "question": "Why?"}
    inquiry = GapInquiry.objects.create(gap=gap, **asked)
    client, page = as_(coordinator), f"{GAPS}{gap.pk}/"
    for path in (f"{page}text/", f"{page}correct/", f"{page}inquiries/{inquiry.pk}/correct/"):
        form = client.get(path).context["form"]
        same = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        said = client.post(path, same | {"reason": "None."}).content.decode()
        assert "Nothing was changed: the entry says this already." in said, path
    assert not RegisterChange.objects.exists()

    # What was saved so before it was refused.
    for row in (gap, inquiry):
        mechanism = gap.setting.mechanism
        record_change(act="change", row=row, mechanism=mechanism, by=coordinator, before={}, after={})
    assert not client.get(page).context["history"]
    activity = client.get("/examplia/desk/activity/").content.decode()
    assert "changed in the register: gap" in activity
    assert "removed from the register" not in activity


def test_corrected_days_are_told_as_exactly_as_they_are_known(as_, gap, coordinator):
    client, page = as_(coordinator), f"{GAPS}{gap.pk}/"
    CoverageGap.objects.update(starts_precision="year", ends_on=date(2016, 1, 1), ends_precision="year")
    form = client.get(f"{page}correct/").context["form"]
    same = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    client.post(f"{page}correct/", same | {"since": "2011", "until": "2017", "reason": "Misread."})

    (told,) = client.get(page).context["history"]
    assert told.title == "Corrected"  # not opened again: it is still closed
    assert {(line.before, line.after) for line in told.lines} == {("2010", "2011"), ("2016", "2017")}
    (row,) = log_rows(RegisterChange.objects.all())
    assert row.lines == told.lines


def test_gap_closed_in_a_part_goes_on_elsewhere_and_opens_again_there(as_, gap, mechanism, coordinator):
    gap.jurisdictions.set(mechanism.jurisdictions.all())
    client, page = as_(coordinator), f"{GAPS}{gap.pk}/"
    client.post(f"{page}end/", {"until": "2016-05", "closed_in": ["south"]})
    reopen, mistake = f"{page}reopen/", {"what": "mistake", "since": "what?", "reason": "The law is not in force."}
    north = CoverageGap.objects.get(starts_on=date(2016, 5, 1))

    assert client.get(reopen).context["form"]["opens_in"].value() == ["south"]
    assert "Tick where the gap opens again." in client.post(reopen, mistake).content.decode()
    twice = client.post(reopen, mistake | {"opens_in": ["north", "south"]}).content.decode()
    assert "In North another entry of this gap holds those days." in twice
    path = client.post(reopen, mistake | {"opens_in": ["south"]}).url  # the day is not used: it may be anything

    south = CoverageGap.objects.get(pk=path.split("/")[-2])
    assert (south.starts_on, south.starts_precision, south.ends_on) == (date(2016, 5, 1), "month", None)
    assert [place.slug for place in south.jurisdictions.all()] == ["south"]
    assert {found.jurisdictions for found in build_matrix(mechanism, date(2017, 1, 1)).gaps} == {("north",), ("south",)}
    assert "This gap is recorded once more" in client.post(reopen, mistake | {"opens_in": ["south"]}).content.decode()
    goes_on = "Goes on from May 2016 where it was not closed"
    told = [happening.title for happening in client.get(page).context["history"]]
    assert told == ["Opened again from May 2016", goes_on, "Closed from May 2016"]
    assert [happening.title for happening in client.get(f"{GAPS}{north.pk}/").context["history"]] == [goes_on]


def test_gap_without_jurisdictions_is_not_opened_beside_its_twin(as_, gap, coordinator):
    gap.jurisdictions.clear()
    CoverageGap.objects.update(ends_on=date(2016, 1, 1))
    twin = {"setting": gap.setting, "layer": gap.layer, "source": gap.source, "starts_on": date(2018, 1, 1)}
    CoverageGap.objects.create(key="twin", **twin)

    said = as_(coordinator).post(f"{GAPS}{gap.pk}/reopen/", {"what": "mistake", "reason": "A slip."})

    assert "This gap is recorded once more (since 1 Jan 2018)" in said.content.decode()


def test_readers_learn_what_was_done_and_keepers_of_the_register_its_words(as_, gap, coordinator, alpha_lead):
    client, page = as_(coordinator), f"{GAPS}{gap.pk}/"
    for asked in ("The ministri", "The wrong office"):
        client.post(f"{page}ask/", {"asked": asked, "asked_on": "2014-02-01", "question": f"Who goes, {asked}?"})
    first, second = GapInquiry.objects.order_by("pk")
    correct = f"{page}inquiries/{first.pk}/correct/"
    right = {"asked": "The ministry", "asked_on": "2014-02-01", "question": "Who goes there?"}
    client.post(correct, right | {"reason": "A slip."} | seen(client, correct))
    client.post(f"{page}inquiries/{second.pk}/remove/", {"reason": "Meant for another gap."})

    kept = client.get(page).content.decode()
    response = as_(alpha_lead).get(page)

    told = [happening.title for happening in response.context["history"]]
    assert told == ["Question to The ministry corrected", "Question to The ministry"]
    for words in ("The wrong office", "Meant for another gap.", "The ministri", "A slip.", "<del>", coordinator.name):
        assert words in kept
        assert words not in response.content.decode(), words
    assert "Who goes there?" in response.content.decode()  # what stands is for everybody


def test_queries_of_a_gap_do_not_grow_with_its_history(as_, gap, coordinator, django_assert_max_num_queries):
    client, page = as_(coordinator), f"{GAPS}{gap.pk}/"
    for n in range(8):
        client.post(f"{page}ask/", {"asked": f"Office {n}", "asked_on": "2014-02-01", "question": "Who goes?"})
    for inquiry in gap.inquiries.all()[:4]:
        client.post(f"{page}inquiries/{inquiry.pk}/remove/", {"reason": "Asked twice."})

    with django_assert_max_num_queries(21):
        response = client.get(page)

    assert len(response.context["history"]) == 12

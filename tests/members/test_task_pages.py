"""The pages of tasks: who may be there, the list, giving, and the steps with what was typed kept."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import digest
from members.actions import task_steps as steps
from members.actions.tasks import give_task
from members.models import Affiliation, Task
from tests.factories import person

TASKS = "/examplia/desk/tasks/"
NEW = f"{TASKS}new/"
SOON = date.today() + timedelta(days=10)
STEPS = ("done", "day", "hand-over", "reword", "drop")


@pytest.fixture
def task(mechanism, alpha, alpha_monitor, coordinator):
    """A task of the alpha body's monitor, given by the coordinator."""
    return give_task(
        mechanism=mechanism, title="Send the papers", due_on=SOON, by=coordinator, owner=alpha_monitor, body=alpha
    )


@pytest.fixture
def give(mechanism, coordinator):
    return lambda title, by=None, **fields: give_task(
        mechanism=mechanism, title=title, by=by or coordinator, **({"due_on": SOON} | fields)
    )


def late(task, days):
    Task.objects.filter(pk=task.pk).update(due_on=date.today() - timedelta(days=days))


def page(task, step=""):
    return f"{TASKS}{task.pk}/{step}/" if step else f"{TASKS}{task.pk}/"


def words(response):
    return " ".join(response.content.decode().split())


# -- Who may be here --------------------------------------------------------------------------------------------------


def test_list_and_giving_are_for_everybody_with_a_role(client, as_, administrator, alpha_reader, coordinator, stranger):
    for path in (TASKS, NEW):
        for somebody in (administrator, alpha_reader, coordinator):
            assert as_(somebody).get(path).status_code == 200
        assert as_(stranger).get(path).status_code == 404
        assert client.get(path).url.startswith(reverse("account_login"))


def test_a_task_is_found_by_those_it_concerns(
    client, as_, task, alpha_monitor, alpha_lead, coordinator, administrator, alpha_reader, beta_monitor, stranger
):
    for somebody in (alpha_monitor, alpha_lead, coordinator):
        assert as_(somebody).get(page(task)).status_code == 200
    for somebody in (administrator, alpha_reader, beta_monitor, stranger):
        assert as_(somebody).get(page(task)).status_code == 404
        assert as_(somebody).post(page(task, "done"), {"outcome": "x", "version": "1"}).status_code == 404
    assert client.get(page(task)).url.startswith(reverse("account_login"))
    assert client.post(page(task, "done")).url.startswith(reverse("account_login"))
    task.refresh_from_db()
    assert task.is_open


def test_steps_a_colleague_may_not_take_are_refused(as_, task, alpha_monitor, alpha_lead, coordinator):
    for somebody in (alpha_monitor, alpha_lead):
        for step in ("drop", "reword"):
            assert as_(somebody).get(page(task, step)).status_code == 403
            answer = as_(somebody).post(page(task, step), {"reason": "x", "title": "x", "version": "1"})
            assert answer.status_code == 403
        for step in ("done", "day", "hand-over"):
            assert as_(somebody).get(page(task, step)).status_code == 200
    assert [as_(coordinator).get(page(task, step)).status_code for step in STEPS] == [200] * 5


def test_wrong_methods_and_unknown_steps(as_, task, coordinator):
    client = as_(coordinator)

    assert client.post(TASKS).status_code == 405
    assert client.post(page(task)).status_code == 405
    assert client.put(NEW).status_code == 405
    assert client.delete(page(task, "done")).status_code == 405
    assert client.get(page(task, "nonsense")).status_code == 404


# -- The list ---------------------------------------------------------------------------------------------------------


def titles(response):
    return [row.task.title for row in response.context["rows"]]


def test_list_shows_the_own_tasks_that_are_to_be_done_earliest_first(
    as_, give, alpha, alpha_monitor, alpha_lead, coordinator
):
    give("Second", owner=alpha_monitor, due_on=SOON + timedelta(days=1))
    give("First", owner=alpha_monitor)
    give("Of another", owner=alpha_lead)
    done = give("Done", owner=alpha_monitor)
    steps.finish_task(task=done, outcome="So.", by=alpha_monitor, seen_version=1)
    client = as_(alpha_monitor)

    assert titles(client.get(TASKS)) == ["First", "Second"]
    assert titles(client.get(f"{TASKS}?state=done")) == ["Done"]
    assert titles(client.get(f"{TASKS}?whose=given")) == []


def test_filters_of_who_leads_and_of_who_convenes(as_, give, alpha, beta, alpha_monitor, alpha_lead, coordinator):
    give("Of the monitor", owner=alpha_monitor)
    give("Of nobody yet", body=alpha, due_on=SOON + timedelta(days=1))
    give("Of beta", body=beta)
    overdue = give("Late", owner=alpha_monitor)
    late(overdue, 3)
    lead, convenes = as_(alpha_lead), as_(coordinator)

    assert titles(lead.get(f"{TASKS}?whose=body")) == ["Late", "Of the monitor", "Of nobody yet"]
    assert titles(lead.get(f"{TASKS}?state=nobody")) == ["Of nobody yet"]
    assert titles(convenes.get(f"{TASKS}?whose=all&state=late")) == ["Late"]
    assert titles(convenes.get(f"{TASKS}?whose=all&body={beta.pk}")) == ["Of beta"]
    assert len(titles(convenes.get(f"{TASKS}?whose=given"))) == 4
    assert "overdue by 3 days" in words(lead.get(f"{TASKS}?whose=body"))


def test_filters_that_open_nothing_more(as_, give, beta, alpha_monitor):
    give("Of beta", body=beta)
    client = as_(alpha_monitor)

    for query in ("whose=all", "whose=body", f"body={beta.pk}", "state=nobody", "whose=%00", "after=x"):
        answer = client.get(f"{TASKS}?{query}")
        assert answer.status_code == 200
        assert titles(answer) == []


def test_list_tells_that_an_owner_works_there_no_longer(as_, task, alpha, alpha_monitor, alpha_lead):
    Affiliation.objects.filter(user=alpha_monitor).update(ends_on=date.today())

    assert "works here no longer" in words(as_(alpha_lead).get(f"{TASKS}?whose=body"))
    assert "works here no longer" in words(as_(alpha_lead).get(page(task)))


def test_list_pages_through_many(as_, give, alpha_monitor):
    for n in range(25):
        give(f"Task {n:02}", owner=alpha_monitor, due_on=SOON + timedelta(days=n))
    client = as_(alpha_monitor)

    first = client.get(TASKS)
    second = client.get(TASKS + first.context["page"].next_url)

    assert titles(first) + titles(second) == [f"Task {n:02}" for n in range(25)]


def test_pages_cost_a_constant_number_of_queries(as_, give, alpha, beta, coordinator):
    client = as_(coordinator)
    client.get("/examplia/desk/")  # remembers from here on what the register leaves to be explained
    costs = []
    for n in range(2):
        for m in range(11):  # from ten on a list counts how many there are
            owner = person("body_monitor", beta if m % 2 else alpha, name=f"Monitor {n} {m}")
            task = give(f"Task {n} {m}", owner=owner)
            steps.move_task(task=task, due_on=SOON + timedelta(days=2), reason="So.", by=coordinator, seen_version=1)
            late(task, 40)
        digest.make_reminders(date.today())
        paths = (f"{TASKS}?whose=all", NEW, page(task), page(task, "hand-over"), "/examplia/desk/")
        costs.append([_queries(client, path) for path in paths])

    assert costs[0] == costs[1]
    assert max(costs[1]) <= 24


def _queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# -- Giving -----------------------------------------------------------------------------------------------------------


def test_give_to_a_person_and_to_a_body(as_, alpha, alpha_monitor, coordinator):
    client = as_(coordinator)
    typed = {"title": "Send the papers", "due_on": SOON.isoformat(), "note": "By post."}

    answer = client.post(NEW, typed | {"who": f"{alpha_monitor.pk}-{alpha.pk}"})
    client.post(NEW, typed | {"who": f"-{alpha.pk}"})

    mine, bodys = Task.objects.order_by("created_at")
    assert answer.url == page(mine)
    assert (mine.owner, mine.body, mine.due_on, mine.note) == (alpha_monitor, alpha, SOON, "By post.")
    assert (bodys.owner, bodys.body) == (None, alpha)


def test_give_offers_only_whom_the_person_may_give_to(as_, alpha, beta, beta_monitor, alpha_lead, alpha_monitor):
    client = as_(alpha_lead)

    html = words(client.get(NEW))
    assert "Alma Monitor" in html
    assert "Bert Monitor" not in html
    typed = {"title": "x", "due_on": SOON.isoformat(), "who": f"{beta_monitor.pk}-{beta.pk}"}
    assert "Select a valid choice" in words(client.post(NEW, typed))
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "t" * 201}, "at most 200 characters"),
        ({"title": "a\x00b"}, "Null characters are not allowed."),
        ({"due_on": "2020-01-01"}, "This day has passed."),
        ({"due_on": "9999-12-31"}, "more than ten years off"),
        ({"due_on": "soon"}, "Enter a valid date."),
        ({"who": ""}, "This field is required."),
        ({"who": "1-1-1"}, "Select a valid choice."),
        ({"note": "n" * 10_001}, "at most 10000 characters"),
    ],
)
def test_give_keeps_what_was_typed_and_says_what_is_wrong(as_, alpha, coordinator, changes, said):
    typed = {"title": "Send it", "due_on": SOON.isoformat(), "who": f"-{alpha.pk}", "note": "A note"} | changes

    answer = as_(coordinator).post(NEW, typed)

    assert answer.status_code == 200
    html = words(answer)
    assert said.replace("10000", "10,000") in html or said in html
    assert "note" in changes or "A note" in html
    assert not Task.objects.exists()


# -- The steps --------------------------------------------------------------------------------------------------------


def test_done_needs_the_action_taken_and_shows_it(as_, task, alpha_monitor):
    client = as_(alpha_monitor)

    assert "This field is required." in words(client.post(page(task, "done"), {"outcome": " ", "version": "1"}))
    answer = client.post(page(task, "done"), {"outcome": "Sent on Monday.", "version": "1"}, follow=True)

    html = words(answer)
    assert "The task is done." in html
    assert "Sent on Monday." in html
    assert [step.name for step in answer.context["steps"]] == ["reopen"]


def test_moving_is_told_in_the_history_with_days_and_reason(as_, task, alpha_monitor):
    typed = {"due_on": (SOON + timedelta(days=7)).isoformat(), "reason": "The post is slow.", "version": "1"}

    html = words(as_(alpha_monitor).post(page(task, "day"), typed, follow=True))

    assert "put off 1 time" in html
    assert "instead of" in html
    assert "The post is slow." in html


def test_hand_over_back_to_the_body_takes_it_from_the_own_sight(as_, task, alpha, alpha_monitor):
    answer = as_(alpha_monitor).post(
        page(task, "hand-over"), {"who": f"-{alpha.pk}", "reason": "Away.", "version": "1"}
    )

    assert answer.url == TASKS
    task.refresh_from_db()
    assert task.owner is None


def test_reopen_and_drop_ask_for_a_reason(as_, task, coordinator):
    client = as_(coordinator)

    client.post(page(task, "drop"), {"reason": "Not needed.", "version": "1"})
    assert "This field is required." in words(client.post(page(task, "reopen"), {"reason": "", "version": "2"}))
    html = words(client.post(page(task, "reopen"), {"reason": "Needed after all.", "version": "2"}, follow=True))

    assert "The task is to be done again." in html
    assert "Not needed." in html


def test_conflict_shows_both_versions_and_loses_nothing(as_, task, coordinator, alpha_monitor):
    steps.reword_task(task=task, title="Send all papers", note="", by=coordinator, seen_version=1)
    client = as_(coordinator)

    answer = client.post(page(task, "reword"), {"title": "Send no papers", "note": "My note", "version": "1"})

    assert answer.status_code == 409
    html = words(answer)
    for shown in ("Send all papers", "Send no papers", "My note"):
        assert shown in html
    task.refresh_from_db()
    assert task.title == "Send all papers"
    client.post(page(task, "reword"), {"title": "Send no papers", "note": "My note", "version": "2"})
    task.refresh_from_db()
    assert task.title == "Send no papers"


def test_done_by_two_at_once_keeps_the_words_of_the_second(as_, task, alpha_lead, alpha_monitor):
    steps.finish_task(task=task, outcome="Sent by me.", by=alpha_monitor, seen_version=1)

    answer = as_(alpha_lead).post(page(task, "done"), {"outcome": "Sent by the lead.", "version": "1"})

    assert answer.status_code == 409
    html = words(answer)
    assert "Sent by me." in html
    assert "Sent by the lead." in html
    assert "copy what you need" in html


def test_two_windows_of_one_person_lose_nothing_either(as_, task, alpha_monitor):
    client = as_(alpha_monitor)
    client.post(page(task, "done"), {"outcome": "Sent.", "version": "1"})

    answer = client.post(page(task, "done"), {"outcome": "Other words.", "version": "1"})

    assert answer.status_code == 409
    assert "Other words." in words(answer)


def test_double_click_is_one_step(as_, task, alpha_monitor):
    client = as_(alpha_monitor)
    for _n in range(2):
        answer = client.post(page(task, "done"), {"outcome": "Sent.", "version": "1"})

    assert answer.url == page(task)
    assert task.steps.count() == 2


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "²"])
def test_a_version_nobody_has_read_is_a_conflict(as_, task, alpha_monitor, version):
    answer = as_(alpha_monitor).post(page(task, "done"), {"outcome": "Sent.", "version": version})

    assert answer.status_code == 409
    assert task.steps.count() == 1


def test_a_step_that_is_over_leads_back_with_a_sentence(as_, task, alpha_monitor):
    steps.finish_task(task=task, outcome="Sent.", by=alpha_monitor, seen_version=1)

    html = words(as_(alpha_monitor).get(page(task, "done"), follow=True))

    assert "can no longer be done" in html


def test_markup_is_printed_as_typed(as_, give, alpha_monitor):
    task = give("<script>alert(1)</script>", owner=alpha_monitor, note="<b>x</b>")

    for path in (TASKS, page(task), page(task, "done"), "/examplia/desk/"):
        assert b"<script>alert" not in as_(alpha_monitor).get(path).content


# -- The desk ---------------------------------------------------------------------------------------------------------


def test_desk_shows_the_own_tasks_and_overdue_ones_to_who_gave_them(as_, task, alpha_monitor, coordinator):
    assert "Send the papers" in words(as_(alpha_monitor).get("/examplia/desk/"))
    assert "Send the papers" not in words(as_(coordinator).get("/examplia/desk/"))
    late(task, 1)

    html = words(as_(coordinator).get("/examplia/desk/"))

    assert "Overdue tasks that you gave" in html
    assert "overdue by 1 day" in html

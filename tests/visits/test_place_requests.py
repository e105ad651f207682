"""A place that is not in the register is asked for: who may, what is refused, what is written down, who reads it."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from members.actions.people import retire_person
from members.models import Affiliation
from npmportal.models import AuditEvent, MailRecord
from tests.factories import BodyFactory, PlaceFactory, person
from tests.visits.asked_place_tools import ask, typed, url_of
from visits.actions import place_requests as actions
from visits.models import Place, PlaceRequest

EVERY = ("place_request_list", "place_request_add", "place_request", "place_request_known", "place_request_decline")
EVERY += ("place_request_withdraw",)
POSTS = ("place_request_known", "place_request_withdraw")


@pytest.fixture
def asked(alpha, alpha_monitor):
    return ask(alpha, alpha_monitor, own_code="A-17", town="Yolvetta", note="A blue door.")


def page_of(name, mechanism, asked):
    return url_of(name, mechanism, **({} if name in ("place_request_list", "place_request_add") else {"pk": asked.pk}))


def opened(client, name, address):
    return client.post(address) if name in POSTS else client.get(address)


def test_monitor_asks_and_reads_what_happens_next(as_, alpha_monitor, alpha, mechanism):
    client = as_(alpha_monitor)

    page = client.post(url_of("place_request_add", mechanism), typed(mechanism, town="Zamb"), follow=True)

    asked = PlaceRequest.objects.get()
    assert (asked.body, asked.asked_by, asked.town, asked.state) == (alpha, alpha_monitor, "Zamb", "waiting")
    assert page.redirect_chain[-1][0] == url_of("place_request", mechanism, pk=asked.pk)
    assert "What happens next" in page.text
    assert "no mail is sent" in page.text
    assert not MailRecord.objects.exists()
    assert not Place.objects.exists()


@pytest.mark.parametrize("name", EVERY)
def test_stranger_404_and_anonymous_to_login(as_, stranger, mechanism, asked, name):
    address = page_of(name, mechanism, asked)

    assert opened(as_(stranger), name, address).status_code == 404
    assert opened(as_(None), name, address).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", EVERY)
def test_reader_of_the_body_403(as_, alpha_reader, mechanism, asked, name):
    assert opened(as_(alpha_reader), name, page_of(name, mechanism, asked)).status_code == 403


@pytest.mark.parametrize("name", EVERY[2:])
def test_other_body_does_not_know_of_it_404(as_, beta_monitor, mechanism, asked, name):
    assert opened(as_(beta_monitor), name, page_of(name, mechanism, asked)).status_code == 404
    assert asked.name not in as_(beta_monitor).get(url_of("place_request_list", mechanism)).text


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("alpha_lead", "place_request_known"),
        ("alpha_monitor", "place_request_decline"),
        ("coordinator", "place_request_withdraw"),
        ("administrator", "place_request_withdraw"),
        ("coordinator", "place_request_add"),
    ],
)
def test_colleague_without_the_right_403(request, as_, who, name, mechanism, asked):
    client = as_(request.getfixturevalue(who))

    assert opened(client, name, page_of(name, mechanism, asked)).status_code == 403
    asked.refresh_from_db()
    assert asked.is_waiting


@pytest.mark.parametrize(("name", "method"), [(name, "get") for name in POSTS] + [("place_request_list", "post")])
def test_wrong_method_405(as_, alpha_monitor, mechanism, asked, name, method):
    assert getattr(as_(alpha_monitor), method)(page_of(name, mechanism, asked)).status_code == 405


def test_seen_by_those_who_log_for_the_body_and_those_who_keep_the_register(
    asked, alpha_lead, alpha_monitor, alpha_reader, beta_monitor, coordinator, administrator, stranger, retired
):
    people = (alpha_lead, alpha_monitor, alpha_reader, beta_monitor, coordinator, administrator, stranger, retired)

    seeing = [user for user in people if PlaceRequest.objects.visible_to(user).exists()]

    assert seeing == [alpha_lead, alpha_monitor, coordinator, administrator]


def test_asking_and_answering_is_read_by_who_reads_the_request_and_names_no_place(
    asked, alpha_lead, alpha_monitor, alpha_reader, beta_monitor, coordinator, administrator, as_, mechanism
):
    actions.decline_request(request=asked, reason="It closed in 1999.", by=coordinator)

    events = AuditEvent.objects.filter(action__startswith="place_request.")
    assert list(events.order_by("pk").values_list("action", flat=True)) == [
        "place_request.asked",
        "place_request.declined",
    ]
    assert all(event.details == {} for event in events)
    for user, count in ((alpha_lead, 2), (coordinator, 2), (administrator, 2), (alpha_monitor, 1)):
        assert events.visible_to(user).count() == count
    for user in (alpha_reader, beta_monitor):
        assert not events.visible_to(user).exists()
    page = as_(alpha_lead).get(reverse("members:activity", kwargs={"npm": mechanism.slug})).text
    assert f"“{asked.name}”, a place that is asked for" in page


@pytest.mark.parametrize(
    ("name", "value"),
    [("name", " "), ("name", "n" * 201), ("setting", ""), ("jurisdiction", "x"), ("note", "n" * 1001)],
)
def test_wrong_value_is_explained_and_typed_text_stays(as_, alpha_monitor, mechanism, name, value):
    data = typed(mechanism, town="Zamb") | {name: value}

    response = as_(alpha_monitor).post(url_of("place_request_add", mechanism), data)

    assert response.status_code == 200
    assert response.context["form"].errors[name]
    assert response.context["form"]["town"].value() == "Zamb"
    assert not PlaceRequest.objects.exists()


def test_body_is_chosen_among_the_own_ones(as_, alpha, beta, mechanism):
    both = person("body_monitor", alpha, name="Both")
    Affiliation.objects.create(user=both, role="body_monitor", body=beta, starts_on="2020-01-01")
    from members.models.affiliation_groups import sync_groups

    sync_groups(both)
    other = BodyFactory(mechanism=mechanism, slug="gamma")
    client, address = as_(both), url_of("place_request_add", mechanism)

    for body in ("", other.pk):
        assert client.post(address, typed(mechanism, body=body)).context["form"].errors["body"]
    client.post(address, typed(mechanism, body=beta.pk))

    assert PlaceRequest.objects.get().body == beta


def test_form_sent_twice_makes_one_request(as_, alpha_monitor, mechanism):
    client, data = as_(alpha_monitor), typed(mechanism)

    first, second = (client.post(url_of("place_request_add", mechanism), data) for _click in range(2))

    assert first.url == second.url
    assert PlaceRequest.objects.count() == 1
    assert AuditEvent.objects.filter(action="place_request.asked").count() == 1


def test_same_name_of_the_same_body_leads_to_the_request_that_waits(
    as_, alpha_lead, beta_monitor, coordinator, mechanism, asked
):
    client, address = as_(alpha_lead), url_of("place_request_add", mechanism)
    again = typed(mechanism, name=f"  {asked.name.upper().replace(' ', '  ')} ", town="Zamb")

    page = client.post(address, again)

    assert "waits for a place of this name already" in page.context["form"].errors["name"][0]
    assert url_of("place_request", mechanism, pk=asked.pk) in page.text
    assert page.context["form"]["town"].value() == "Zamb"
    as_(beta_monitor).post(address, again)
    assert PlaceRequest.objects.count() == 2  # another body may need it as well
    actions.decline_request(request=asked, reason="No.", by=coordinator)
    client.post(address, again)
    assert PlaceRequest.objects.count() == 3


def test_body_has_so_many_that_wait_and_no_more(as_, alpha, beta, alpha_monitor, beta_monitor, mechanism, monkeypatch):
    monkeypatch.setattr(actions, "MOST_WAITING", 2)
    first, _second = (ask(alpha, alpha_monitor, f"House {number} (invented)") for number in (1, 2))
    client, address = as_(alpha_monitor), url_of("place_request_add", mechanism)

    page = client.post(address, typed(mechanism))

    assert "2 places that your body asked for wait for an answer" in page.text
    assert PlaceRequest.objects.count() == 2
    ask(beta, beta_monitor)
    actions.withdraw_request(request=first, by=alpha_monitor)
    assert client.post(address, typed(mechanism)).status_code == 302


def test_who_asked_takes_it_back_while_it_waits_and_so_does_a_colleague(
    as_, alpha, alpha_monitor, alpha_lead, coordinator, mechanism, asked
):
    address = url_of("place_request_withdraw", mechanism, pk=asked.pk)
    assert "Take the request back" in as_(alpha_monitor).get(url_of("place_request", mechanism, pk=asked.pk)).text

    page = as_(alpha_lead).post(address, follow=True).text

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("withdrawn", alpha_lead)
    assert "Taken back by" in page
    assert "Take the request back" not in page
    assert "moment ago" in as_(alpha_monitor).post(address, follow=True).text
    assert asked.name in as_(coordinator).get(url_of("place_request_list", mechanism)).text


def test_request_outlasts_whoever_asked(as_, alpha, alpha_monitor, alpha_lead, administrator, coordinator, mechanism):
    asked = ask(alpha, alpha_monitor)

    retire_person(user=alpha_monitor, mechanism=mechanism, by=administrator)

    assert not PlaceRequest.objects.visible_to(alpha_monitor).exists()
    actions.decline_request(request=asked, reason="It is a barn.", by=coordinator)
    page = as_(alpha_lead).get(url_of("place_request", mechanism, pk=asked.pk)).text
    assert alpha_monitor.name in page
    assert "It is a barn." in page


def test_action_asks_for_the_right_itself(alpha, beta, alpha_monitor, alpha_reader, coordinator, asked):
    for body, by in ((alpha, alpha_reader), (beta, alpha_monitor), (alpha, coordinator)):
        with pytest.raises(PermissionDenied):
            ask(body, by, "Another (invented)")
    with pytest.raises(PermissionDenied):
        actions.decline_request(request=asked, reason="No.", by=alpha_monitor)
    with pytest.raises(PermissionDenied):
        actions.withdraw_request(request=asked, by=coordinator)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"state": "declined", "decided": True},
        {"state": "added"},
        {"decided": True},
        {"state": "withdrawn", "reason": "Why?", "decided": True},
        {"place": True},
        {"state": "declined", "reason": "No.", "place": True, "decided": True},
        {"state": "added", "decided": True, "decided_at": "2001-01-01T00:00Z"},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_database_keeps_together_what_belongs_together(asked, coordinator, mechanism, wrong):
    now = timezone.now()
    decided = {"decided_by": coordinator, "decided_at": now} if wrong.pop("decided", False) else {}
    place = {"place": PlaceFactory(mechanism=mechanism)} if wrong.pop("place", False) else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        PlaceRequest.objects.filter(pk=asked.pk).update(**decided | place | wrong)


def test_database_takes_a_name_once_while_it_waits(asked):
    again = {name: getattr(asked, name) for name in ("mechanism", "body", "asked_by", "setting", "jurisdiction")}

    with pytest.raises(IntegrityError), transaction.atomic():
        PlaceRequest.objects.create(**again, name=asked.name.lower(), form_key=uuid.uuid4())


def test_many_requests_cost_no_more_queries(
    as_, alpha, alpha_monitor, coordinator, mechanism, django_assert_max_num_queries, django_assert_num_queries
):
    def three_more(first):
        for number in range(first, first + 3):
            ask(alpha, alpha_monitor, f"House {number} (invented)")
        gone = ask(alpha, alpha_monitor, f"Barn {first} (invented)")
        actions.decline_request(request=gone, reason="No.", by=coordinator)

    three_more(1)
    for who, address in (
        (coordinator, url_of("place_request_list", mechanism)),
        (alpha_monitor, reverse("reports:desk_home", kwargs={"npm": mechanism.slug})),
    ):
        client = as_(who)
        client.get(address)
        with django_assert_max_num_queries(25) as before:
            client.get(address)
        three_more(10 + PlaceRequest.objects.count())
        with django_assert_num_queries(len(before)):
            client.get(address)

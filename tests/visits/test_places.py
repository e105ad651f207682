from datetime import date

import pytest
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.factories import BodyFactory, MechanismFactory, PlaceFactory, SettingFactory, VisitFactory
from visits.models import Place, Visit, VisitPartner
from visits.models.visit_query import may_open


def url_of(name, mechanism, **more):
    return reverse(f"visits:{name}", kwargs={"npm": mechanism.slug} | more)


@pytest.fixture
def entered(mechanism):
    return {
        "name": "Yolvetta House (invented)",
        "setting": mechanism.settings.get(slug="prisons").pk,
        "jurisdiction": mechanism.jurisdictions.get(slug="north").pk,
        "capacity": "",
    }


@pytest.mark.parametrize("who", ["alpha_reader", "coordinator", "administrator"])
def test_register_is_common_to_all_members(request, as_, who, mechanism, prison):
    page = as_(request.getfixturevalue(who)).get(url_of("place_list", mechanism)).content.decode()

    assert prison.name in page


@pytest.mark.parametrize("name", ["place_list", "place_detail", "place_history", "place_create", "place_change"])
def test_stranger_404_and_anonymous_to_login(as_, stranger, mechanism, prison, name):
    more = {"pk": prison.pk} if name in ("place_detail", "place_history", "place_change") else {}

    assert as_(stranger).get(url_of(name, mechanism, **more)).status_code == 404
    assert as_(None).get(url_of(name, mechanism, **more)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("query", "found"), [({"q": "quoz"}, 1), ({"q": "nowhere"}, 0), ({"q": "%"}, 0), ({"q": "\x00"}, 2), ({}, 2)]
)
def test_list_is_filtered(as_, coordinator, mechanism, prison, query, found):
    PlaceFactory(mechanism=mechanism, name="Zamb House (invented)")

    response = as_(coordinator).get(url_of("place_list", mechanism), query)

    assert response.status_code == 200
    assert len(response.context["page"].rows) == found


def test_same_place_sent_twice_at_once_is_one_place(as_, coordinator, mechanism, entered, monkeypatch):
    """Both clicks of a double click have looked for the name before either has stored it."""
    monkeypatch.setattr("visits.forms.place.PlaceForm._check_name", lambda form, data: None)
    client = as_(coordinator)

    first, second = (client.post(url_of("place_create", mechanism), entered) for _click in range(2))

    assert (first.status_code, second.status_code) == (302, 200)
    assert "name" in second.context["form"].errors
    assert Place.objects.filter(name=entered["name"]).count() == 1


def test_list_has_as_many_queries_for_many_places(as_, coordinator, mechanism, django_assert_max_num_queries):
    for _place in range(30):
        PlaceFactory(mechanism=mechanism)
    client = as_(coordinator)

    with django_assert_max_num_queries(12):
        client.get(url_of("place_list", mechanism), {"size": "100"})


def test_visits_of_others_show_days_and_bodies_alone(as_, beta_monitor, mechanism, prison, alpha, beta):
    own = VisitFactory(place=prison, lead_body=beta, reference="OWN-1")
    VisitFactory(place=prison, lead_body=alpha, approved=True, reference="THEIRS-1", summary="Their secret")
    VisitFactory(place=prison, lead_body=alpha, submitted=True, reference="THEIRS-2")
    VisitFactory(place=prison, lead_body=alpha, approved=True, confidentiality="restricted", reference="THEIRS-3")

    response = as_(beta_monitor).get(url_of("place_detail", mechanism, pk=prison.pk))

    rows = response.context["rows"]
    assert {(row.reference, row.is_readable) for row in rows} == {("OWN-1", True), ("", False)}
    page = response.content.decode()
    assert own.reference in page
    assert "THEIRS" not in page
    assert "secret" not in page


def test_place_page_has_as_many_queries_for_many_visits(
    as_, coordinator, mechanism, prison, django_assert_max_num_queries
):
    for number in range(25):
        VisitFactory(place=prison, lead_body=BodyFactory(mechanism=mechanism, slug=f"b{number}"), approved=True)
    client = as_(coordinator)

    # Facts, names, operators, capacity, units, remits, rules and layers are one query each.
    with django_assert_max_num_queries(18):
        client.get(url_of("place_detail", mechanism, pk=prison.pk), {"size": "50"})


@pytest.mark.parametrize(
    "who", ["coordinator", "administrator", "alpha_lead", "alpha_reader", "beta_monitor", "stranger"]
)
def test_what_opens_is_what_the_database_gives(request, who, prison, alpha, beta):
    user = request.getfixturevalue(who)
    for state in Visit.State.values:
        for confidentiality in Visit.Confidentiality.values:
            VisitFactory(place=prison, lead_body=alpha, state=state, confidentiality=confidentiality)
            VisitFactory(place=prison, lead_body=beta, state=state, confidentiality=confidentiality)
    shared = VisitFactory(place=prison, lead_body=alpha, state="draft")
    VisitPartner.objects.create(visit=shared, body=beta)

    opens = {visit.pk for visit in Visit.objects.all() if may_open(visit, user)}

    assert opens == set(Visit.objects.visible_to(user).values_list("pk", flat=True))


@pytest.mark.parametrize("others", [0, 22])
def test_who_was_here_last_is_found_on_whatever_page(as_, coordinator, mechanism, prison, alpha, others):
    """Beside visits that do not count: a failed attempt, one by telephone, one not approved."""
    made = VisitFactory(place=prison, lead_body=alpha, approved=True, starts_on=date(2020, 1, 1))
    newer = {"place": prison, "lead_body": alpha, "starts_on": date(2021, 1, 1)}
    VisitFactory(**newer, approved=True, mode="remote")
    VisitFactory(**newer, submitted=True)
    for _number in range(others):
        VisitFactory(**newer, submitted=True)
    client, url = as_(coordinator), url_of("place_detail", mechanism, pk=prison.pk)

    assert client.get(url).context["last"] == made
    assert client.get(url, {"page": "last"}).context["last"] == made
    assert client.get(url, {"on": "2019-12-31"}).context["last"] is None


@pytest.mark.parametrize("who", ["coordinator", "administrator"])
def test_place_is_added_and_written_down(request, as_, who, mechanism, entered):
    response = as_(request.getfixturevalue(who)).post(url_of("place_create", mechanism), entered)

    place = Place.objects.get()
    assert response.url == url_of("place_detail", mechanism, pk=place.pk)
    assert place.capacity is None
    assert AuditEvent.objects.get(action="place.added").object_id == str(place.pk)


def test_unit_belongs_to_its_place_and_begins_with_its_setting(as_, coordinator, mechanism, prison, entered):
    client, address = as_(coordinator), f"{url_of('place_create', mechanism)}?parent={prison.pk}"

    page = client.get(address).text
    assert f'<option value="{prison.setting_id}" selected>' in page
    assert f'<option value="{prison.jurisdiction_id}" selected>' in page
    client.post(address, entered)

    assert prison.units.get().name == entered["name"]


def test_who_adds_a_place_that_seems_to_be_there_is_told(as_, coordinator, mechanism, prison, entered):
    alike = {"name": f"{prison.name}e", "setting": prison.setting_id, "jurisdiction": prison.jurisdiction_id}
    client = as_(coordinator)

    page = client.post(url_of("place_create", mechanism), entered | alike, follow=True).text
    assert f"“{prison.name}” is in the register already" in page
    page = client.post(url_of("place_create", mechanism), entered | {"name": "Quite another one"}, follow=True).text
    assert "is in the register already" not in page


@pytest.mark.parametrize("who", ["alpha_lead", "alpha_reader"])
def test_members_do_not_change_the_register_403(request, as_, who, mechanism, prison, entered):
    client = as_(request.getfixturevalue(who))

    assert client.post(url_of("place_create", mechanism), entered).status_code == 403
    assert client.post(url_of("place_change", mechanism, pk=prison.pk), entered).status_code == 403
    assert Place.objects.count() == 1


def test_change_leaves_the_setting_of_visits(as_, coordinator, mechanism, prison, alpha, entered):
    visit = VisitFactory(place=prison, lead_body=alpha)
    entered |= {"setting": mechanism.settings.get(slug="police-custody").pk, "version": prison.version}

    as_(coordinator).post(url_of("place_change", mechanism, pk=prison.pk), entered)

    prison.refresh_from_db()
    assert prison.setting.slug == "police-custody"
    assert Visit.objects.get(pk=visit.pk).setting.slug == "prisons"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "n" * 201),
        ("capacity", "-3"),
        ("opened_on", "2024-02-30"),
        ("closed_on", "1999-01-01"),
        ("setting", "0"),
        ("latitude", "200"),
    ],
)
def test_wrong_value_is_explained_and_typed_text_stays(as_, coordinator, mechanism, entered, name, value):
    entered |= {"opened_on": "2000-01-01", "town": "Zamb", name: value}

    response = as_(coordinator).post(url_of("place_create", mechanism), entered)

    assert response.status_code == 200
    assert response.context["form"].errors[name]
    assert response.context["form"]["town"].value() == "Zamb"
    assert not Place.objects.exists()


def test_setting_of_another_network_is_no_choice(as_, coordinator, mechanism, entered):
    entered["setting"] = SettingFactory(mechanism=MechanismFactory(slug="elsewhere")).pk

    response = as_(coordinator).post(url_of("place_create", mechanism), entered)

    assert response.context["form"].errors["setting"]


def test_second_place_of_the_same_name_is_refused_in_words(as_, coordinator, mechanism, prison, entered):
    entered["name"] = prison.name

    response = as_(coordinator).post(url_of("place_create", mechanism), entered)

    assert "already" in response.context["form"].errors["name"][0]


def test_hostile_name_is_shown_as_typed(as_, coordinator, mechanism, entered):
    entered |= {"name": "<script>alert(1)</script>", "town": "<img src=file:///etc/passwd>"}

    page = as_(coordinator).post(url_of("place_create", mechanism), entered, follow=True).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;img src=file:///etc/passwd&gt;" in page
    assert "<script>alert" not in page


def test_form_of_a_new_place_begins_empty(as_, coordinator, mechanism):
    page = as_(coordinator).get(url_of("place_create", mechanism)).content.decode()

    assert " object at 0x" not in page

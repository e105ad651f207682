"""The dated facts of places: one truth, kept by the database; acts on them, with their traces."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from members.models import RegisterChange
from tests.factories import PlaceFactory
from visits import actions
from visits.actions.place_facts import PlaceFactRefused
from visits.models import Authority, CapacityPeriod, OperatorPeriod, Place, PlaceCode, PlaceName, PlaceSuccession
from visits.models.place_facts import name_of_place_on
from visits.place_calendar import follow_calendar
from visits.place_fact_kinds import KINDS

Y2020 = date(2020, 1, 1)


def url_of(name, place, **more):
    return reverse(f"visits:{name}", kwargs={"npm": place.mechanism.slug, "pk": place.pk} | more)


def enter(place, kind, by, starts_on=Y2020, **values):
    return actions.enter_place_fact(place=place, kind=KINDS[kind], values=values, starts_on=starts_on, by=by)


@pytest.fixture
def service(mechanism):
    return Authority.objects.create(mechanism=mechanism, name="Examplian Prison Service")


def test_new_place_has_its_first_facts_however_it_is_stored(mechanism, service):
    place = PlaceFactory.build(
        mechanism=mechanism,
        setting=mechanism.settings.first(),
        jurisdiction=mechanism.jurisdictions.first(),
        authority=service,
        capacity=120,
        opened_on=date(1999, 5, 1),
    )
    Place.objects.bulk_create([place])

    assert [(row.name, row.starts_on) for row in place.names.all()] == [(place.name, date(1999, 5, 1))]
    assert place.operators.get().authority == service
    assert place.capacities.get().official == 120


def test_renamed_place_bears_each_name_on_its_days(prison, coordinator):
    earlier = prison.name

    actions.rename_place(place=prison, name="Zamb Prison (invented)", starts_on=Y2020, by=coordinator)

    prison.refresh_from_db()
    assert prison.name == "Zamb Prison (invented)"
    assert [row.name for row in prison.names.as_at(date(2019, 12, 31))] == [earlier]
    assert [row.name for row in prison.names.as_at(Y2020)] == ["Zamb Prison (invented)"]
    assert name_of_place_on(list(prison.names.all()), date(1950, 1, 1)).name == earlier
    change = RegisterChange.objects.filter(record="visits.placename").first()
    assert change.after["name"] == "Zamb Prison (invented)"
    assert Place.objects.visible_to(coordinator).named(earlier).get() == prison


def test_present_value_cannot_be_written_past_the_dated_facts(prison):
    with pytest.raises(IntegrityError, match="dated facts"), transaction.atomic():
        Place.objects.filter(pk=prison.pk).update(name="Past the facts")
    with pytest.raises(IntegrityError, match="dated facts"), transaction.atomic():
        Place.objects.filter(pk=prison.pk).update(capacity=9)

    prison.town = "Zamb"
    prison.save()
    assert Place.objects.get(pk=prison.pk).town == "Zamb"


@pytest.mark.parametrize("kind", ["names", "operators", "capacities"])
def test_two_facts_of_a_kind_never_hold_at_once(prison, service, kind):
    model, given = {
        "names": (PlaceName, {"name": "Other"}),
        "operators": (OperatorPeriod, {"authority": service}),
        "capacities": (CapacityPeriod, {"official": 3}),
    }[kind]
    if kind != "names":
        model.objects.create(place=prison, **given)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(place=prison, starts_on=Y2020, **given)


def test_operator_and_responsible_authority_hold_side_by_side(prison, service, coordinator):
    enter(prison, "operators", coordinator, role="operator", authority=service)
    enter(prison, "operators", coordinator, role="responsible", authority=service)

    prison.refresh_from_db()
    assert prison.authority == service
    assert prison.operators.as_at(Y2020).count() == 2


def test_new_capacity_ends_the_one_before_and_is_the_present_one(prison, coordinator):
    enter(prison, "capacities", coordinator, starts_on=date(2015, 1, 1), official=100)
    enter(prison, "capacities", coordinator, official=None, operational=140)

    prison.refresh_from_db()
    assert prison.capacity == 140
    assert prison.capacities.get(official=100).ends_on == Y2020
    assert RegisterChange.objects.filter(record="visits.capacityperiod").count() == 3


def test_earlier_name_with_an_end_takes_its_days_from_the_first(prison, coordinator):
    given = {"values": {"name": "First"}, "starts_on": None, "ends_on": Y2020, "by": coordinator}
    actions.enter_place_fact(place=prison, kind=KINDS["names"], **given)

    assert prison.names.get(name=prison.name).starts_on == Y2020
    assert [row.name for row in prison.names.as_at(date(2000, 1, 1))] == ["First"]


def test_fact_that_clashes_is_refused_in_words_and_nothing_changes(prison, coordinator):
    enter(prison, "names", coordinator, name="Second")
    before = Place.objects.get(pk=prison.pk).version

    with pytest.raises(PlaceFactRefused, match="Another entry"):
        enter(prison, "names", coordinator, starts_on=Y2020, name="Third")

    assert Place.objects.get(pk=prison.pk).version == before
    assert prison.names.filter(name="Third").count() == 0


def test_name_of_another_place_is_refused_in_words(prison, coordinator):
    other = PlaceFactory(mechanism=prison.mechanism, setting=prison.setting, jurisdiction=prison.jurisdiction)

    with pytest.raises(PlaceFactRefused, match="of this name"):
        enter(prison, "names", coordinator, name=other.name)


def test_fact_that_ends_leaves_nothing_recorded(prison, coordinator):
    row = enter(prison, "capacities", coordinator, official=5)

    actions.end_place_fact(place=prison, kind=KINDS["capacities"], row=row, ends_on=date(2021, 1, 1), by=coordinator)

    prison.refresh_from_db()
    assert prison.capacity is None
    with pytest.raises(PlaceFactRefused, match="ended already"):
        actions.end_place_fact(
            place=prison, kind=KINDS["capacities"], row=row, ends_on=date(2022, 1, 1), by=coordinator
        )


def test_correction_keeps_what_stood_there_and_why(prison, coordinator):
    row = prison.names.get()

    actions.correct_place_fact(
        place=prison, kind=KINDS["names"], row=row, values={"name": "Spelt right"}, reason="A letter", by=coordinator
    )

    prison.refresh_from_db()
    assert prison.name == "Spelt right"
    change = RegisterChange.objects.get(act="correction")
    assert (change.before["name"], change.reason) == ("Quozandel Prison (invented)", "A letter")


def test_last_name_is_not_removed(prison, coordinator):
    with pytest.raises(PlaceFactRefused, match="has a name"):
        actions.remove_place_fact(
            place=prison, kind=KINDS["names"], row=prison.names.get(), reason="Wrong", by=coordinator
        )


def test_code_names_one_place_of_a_body(prison, coordinator, alpha, beta):
    other = PlaceFactory(mechanism=prison.mechanism)
    enter(prison, "codes", coordinator, body=alpha, code="A1")
    enter(other, "codes", coordinator, body=beta, code="A1")
    enter(other, "codes", coordinator, body=None, code="A1")

    with pytest.raises(PlaceFactRefused, match="another place"):
        enter(other, "codes", coordinator, body=alpha, code="A1")
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaceCode.objects.create(mechanism=prison.mechanism, place=prison, body=None, code="A1")
    assert Place.objects.visible_to(coordinator).named("a1").count() == 2


def test_body_keeps_its_own_codes_and_no_others(prison, alpha_monitor, alpha, beta):
    enter(prison, "codes", alpha_monitor, body=alpha, code="OWN")

    for body in (beta, None):
        with pytest.raises(PermissionDenied):
            enter(prison, "codes", alpha_monitor, body=body, code="NOT-OWN")
    with pytest.raises(PermissionDenied):
        enter(prison, "names", alpha_monitor, name="Not theirs")


@pytest.mark.parametrize("kind", ["names", "operators", "capacities", "codes", "successions"])
def test_each_kind_is_entered_on_its_page(as_, coordinator, prison, service, alpha, kind):
    other = PlaceFactory(mechanism=prison.mechanism)
    typed = {
        "names": {"name": "Later", "starts_on": "2020"},
        "operators": {"role": "responsible", "authority": service.pk},
        "capacities": {"official": "12", "starts_on": "2020-05", "new_source_title": "A letter"},
        "codes": {"body": alpha.pk, "code": " A  1 "},
        "successions": {"kind": "merged", "successor": other.pk, "happened_on": "2021-02-03"},
    }[kind]
    url = url_of("place_fact_add", prison, kind=kind)
    assert as_(coordinator).get(url).status_code == 200

    response = as_(coordinator).post(url, typed)

    assert response.status_code == 302, response.context["form"].errors
    page = as_(coordinator).get(response.url).content.decode()
    assert {"names": "Later", "operators": "Examplian", "capacities": "A letter", "codes": "A 1"}.get(
        kind, other.name
    ) in page
    assert KINDS[kind].model.objects.filter(**{KINDS[kind].place_field: prison}).exists()


def test_wrong_entries_are_explained_and_typed_text_stays(as_, coordinator, prison):
    url = url_of("place_fact_add", prison, kind="capacities")

    empty = as_(coordinator).post(url, {"starts_on": "2020"}).context["form"]
    wrong = as_(coordinator).post(url, {"official": "-3", "starts_on": "31-02-2020", "ends_on": "\x00"}).context["form"]

    assert empty.errors["official"]
    assert {"official", "starts_on", "ends_on"} <= wrong.errors.keys()
    assert wrong["official"].value() == "-3"


def test_two_who_correct_one_fact_see_both_versions_before_one_replaces_the_other(as_, coordinator, prison):
    row = enter(prison, "capacities", coordinator, official=5)
    url = url_of("place_fact_correct", prison, kind="capacities", row=row.pk)
    seen = as_(coordinator).get(url).context["form"].initial["seen"]
    typed = {"starts_on": "2020", "reason": "Read again", "seen": seen}
    assert as_(coordinator).post(url, typed | {"official": "7"}).status_code == 302

    asked = as_(coordinator).post(url, typed | {"official": "9"})

    row.refresh_from_db()
    assert (asked.status_code, row.official) == (200, 7)
    page = " ".join(asked.content.decode().split())
    assert "Somebody else has changed this entry" in page
    assert [(d.stored, d.typed) for d in asked.context["differences"]] == [("7", "9")]

    again = typed | {"official": "9", "seen": asked.context["form"].data["seen"]}
    assert as_(coordinator).post(url, again).status_code == 302
    row.refresh_from_db()
    assert row.official == 9


@pytest.mark.parametrize("act", ["correct", "end", "remove"])
def test_acts_on_a_fact_have_pages(as_, coordinator, prison, act):
    row = enter(prison, "capacities", coordinator, official=5)
    url = url_of(f"place_fact_{act}", prison, kind="capacities", row=row.pk)
    opened = as_(coordinator).get(url)
    assert opened.status_code == 200

    typed = {"official": "7", "starts_on": "2020", "ends_on": "2024-03-01", "reason": "Read again"}
    typed["seen"] = opened.context["form"].initial.get("seen", "")
    assert as_(coordinator).post(url, typed).status_code == 302

    prison.refresh_from_db()
    assert prison.capacity is None
    assert as_(coordinator).post(url, {}).status_code in (200, 404)


@pytest.mark.parametrize("name", ["place_fact_add", "place_fact_correct", "place_fact_end", "place_fact_remove"])
def test_who_may_not(as_, stranger, alpha_lead, prison, coordinator, name):
    row = enter(prison, "capacities", coordinator, official=5)
    more = {"kind": "capacities"} | ({} if name == "place_fact_add" else {"row": row.pk})
    url = url_of(name, prison, **more)

    assert as_(stranger).get(url).status_code == 404
    assert as_(alpha_lead).get(url).status_code == 403
    assert as_(alpha_lead).post(url, {"official": 9}).status_code == 403
    assert as_(None).get(url).url.startswith(reverse("account_login"))
    assert as_(coordinator).get(url_of(name, prison, **(more | {"kind": "nonsense"}))).status_code == 404


def test_member_adds_own_code_on_the_page_but_not_the_official_one(as_, alpha_monitor, prison, alpha, beta):
    url = url_of("place_fact_add", prison, kind="codes")

    assert as_(alpha_monitor).post(url, {"body": "", "code": "X"}).context["form"].errors["body"]
    assert as_(alpha_monitor).post(url, {"body": beta.pk, "code": "X"}).context["form"].errors["body"]
    assert as_(alpha_monitor).post(url, {"body": alpha.pk, "code": "X"}).status_code == 302
    assert PlaceCode.objects.get().body == alpha


def test_page_shows_the_facts_of_the_day_asked_for(as_, coordinator, prison):
    earlier = prison.name
    actions.rename_place(place=prison, name="Zamb Prison (invented)", starts_on=Y2020, by=coordinator)
    PlaceSuccession.objects.create(
        predecessor=PlaceFactory(mechanism=prison.mechanism, name="Gone House"),
        successor=prison,
        kind="merged",
        happened_on=Y2020,
    )

    page = as_(coordinator).get(url_of("place_detail", prison), {"on": "2019-06-01"})
    history = as_(coordinator).get(url_of("place_history", prison)).content.decode()

    assert page.context["name_then"].name == earlier
    assert url_of("place_history", prison) in page.content.decode()
    assert "Gone House" in history
    assert earlier in history


def test_history_has_as_many_queries_for_a_long_one(as_, coordinator, prison, django_assert_max_num_queries):
    for year in range(2000, 2010):
        actions.rename_place(place=prison, name=f"Zamb {year}", starts_on=date(year, 1, 1), by=coordinator)
        PlaceSuccession.objects.create(
            predecessor=PlaceFactory(mechanism=prison.mechanism), successor=prison, kind="merged", happened_on=Y2020
        )
    client = as_(coordinator)

    with django_assert_max_num_queries(15):
        client.get(url_of("place_history", prison))


def test_member_reads_the_history_without_the_acts_of_who_keeps_it(as_, alpha_reader, prison):
    page = as_(alpha_reader).get(url_of("place_history", prison)).content.decode()

    assert prison.name in page
    assert "/new/" not in page


def test_place_saved_by_somebody_else_is_not_overwritten(as_, coordinator, administrator, prison):
    url = url_of("place_change", prison)
    typed = {
        "setting": prison.setting_id,
        "jurisdiction": prison.jurisdiction_id,
        "version": prison.version,
        "town": "First",
    }
    assert as_(coordinator).post(url, typed).status_code == 302

    late = as_(administrator).post(url, typed | {"town": "Second"})

    assert late.status_code == 409
    assert "First" in late.content.decode()
    assert Place.objects.get(pk=prison.pk).town == "First"
    again = as_(administrator).post(url, typed | {"town": "Second", "version": late.context["form"]["version"].value()})
    assert again.status_code == 302
    assert Place.objects.get(pk=prison.pk).town == "Second"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"latitude": "52.1"}, "longitude"),
        ({"latitude": "91", "longitude": "4"}, "latitude"),
        ({"latitude": "x"}, "latitude"),
    ],
)
def test_position_is_whole_and_on_earth(as_, coordinator, prison, typed, field):
    base = {"setting": prison.setting_id, "jurisdiction": prison.jurisdiction_id, "version": prison.version}

    response = as_(coordinator).post(url_of("place_change", prison), base | typed)

    assert response.context["form"].errors[field]


def test_fact_entered_ahead_of_its_day_takes_effect_when_the_day_has_come(prison, coordinator):
    tomorrow = date.today() + timedelta(days=1)
    actions.rename_place(place=prison, name="Tomorrow", starts_on=tomorrow, by=coordinator)
    prison.refresh_from_db()
    assert prison.name == "Quozandel Prison (invented)"
    with connection.cursor() as cursor:  # the day comes while nothing is written: as if the triggers had slept
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE visits_placename DISABLE TRIGGER USER")
        PlaceName.objects.filter(starts_on=None).update(ends_on=date.today())
        PlaceName.objects.filter(starts_on=tomorrow).update(starts_on=date.today())
        cursor.execute("ALTER TABLE visits_placename ENABLE TRIGGER USER")
    assert Place.objects.get(pk=prison.pk).name == "Quozandel Prison (invented)"

    assert follow_calendar(date.today()) == 1

    assert Place.objects.get(pk=prison.pk).name == "Tomorrow"

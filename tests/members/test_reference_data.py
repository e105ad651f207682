"""The facts of the packaged registers, against what the sources say."""

from datetime import date

import pytest

from members.models import BodyName, Coordination, Designation, MemberBody, Remit
from members.reference.registers import packaged, read


def standing_as_at(mechanism, on):
    """Return {slug of body: status} of the day."""
    found = Designation.objects.as_at(on).filter(body__mechanism=mechanism)
    return dict(found.values_list("body__slug", "status"))


def test_packaged_registers_are_those_of_the_two_networks():
    assert packaged() == ["nl", "uk"]


def test_uk_membership_grows_from_18_to_20_to_21(uk):
    days = [
        date(2009, 3, 30),
        date(2009, 3, 31),
        date(2013, 12, 2),
        date(2013, 12, 3),
        date(2017, 1, 11),
        date(2017, 1, 12),
    ]

    assert [len(standing_as_at(uk, day)) for day in days] == [0, 18, 18, 20, 20, 21]


def test_the_21st_body_keeps_both_dates_and_uses_one(uk):
    rows = Designation.objects.filter(body__slug="irtl").order_by("starts_on")

    assert list(rows.values_list("starts_on", "starts_precision", "is_used", "source__slug")) == [
        (date(2016, 1, 1), "month", False, "uk-apt-country"),
        (date(2017, 1, 12), "day", True, "uk-npm-about"),
    ]


def test_uk_names_change_when_the_sources_say(uk):
    def abbreviation(slug, on):
        return MemberBody.objects.with_names_as_at(on).get(mechanism=uk, slug=slug).abbreviation

    assert abbreviation("hmicfrs", date(2017, 6, 30)) == "HMIC"
    assert abbreviation("hmicfrs", date(2017, 7, 1)) == "HMICFRS"
    assert abbreviation("ciw", date(2014, 1, 1)) == "CSSIW"
    assert abbreviation("ciw", date(2018, 2, 1)) == "CIW"
    assert abbreviation("cce", date(2014, 1, 1)) == "OCC"
    assert abbreviation("cce", date(2023, 1, 1)) == "CCE"
    assert abbreviation("ci", date(2010, 1, 1)) == "Care Commission"
    assert abbreviation("ci", date(2011, 5, 1)) == "CI"


def test_care_inspectorate_was_designated_twice(uk):
    rows = Designation.objects.filter(body__slug="ci").order_by("starts_on").values_list("starts_on", "ends_on")

    assert list(rows) == [(date(2009, 3, 31), date(2013, 12, 3)), (date(2013, 12, 3), None)]


def test_hmip_coordinates_the_uk(uk):
    assert Coordination.objects.as_at(date(2024, 1, 1)).get(mechanism=uk).body.slug == "hmip"


def test_hmip_leaves_police_custody_in_july_2022(uk):
    police = Remit.objects.filter(setting__slug="police-custody", setting__mechanism=uk, layer="inspection")

    def bodies(on):
        remit = police.as_at(on).get(jurisdictions__slug="england")
        return list(remit.parts.order_by("position").values_list("body__slug", "relation"))

    assert bodies(date(2022, 6, 30)) == [("hmicfrs", "lead"), ("hmip", "jointly")]
    assert bodies(date(2022, 7, 1)) == [("hmicfrs", "lead"), ("cqc", "with")]


def test_nl_had_four_members_and_four_observers_when_the_ombudsman_left(nl):
    standing = standing_as_at(nl, date(2014, 6, 1))

    assert sorted(standing.values()) == ["designated"] * 4 + ["observer"] * 4
    assert "national-ombudsman" in standing
    assert "national-ombudsman" not in standing_as_at(nl, date(2014, 10, 1))


def test_nl_five_bodies_take_part_in_the_consultations_and_the_council_does_not(nl):
    rows = Designation.objects.as_at(date(2020, 1, 1)).filter(body__mechanism=nl)

    taking_part = set(rows.filter(takes_part=True).values_list("body__slug", flat=True))

    assert taking_part == {"ijenv", "igj", "cvt", "cta", "cvt-kmar"}
    assert set(rows.filter(takes_part=False).values_list("body__slug", flat=True)) == {"rsj"}


def test_nl_becomes_a_single_body_on_1_april_2024(nl):
    assert len(standing_as_at(nl, date(2024, 3, 31))) == 6
    assert standing_as_at(nl, date(2024, 4, 1)) == {"college": "designated"}
    assert not Coordination.objects.as_at(date(2024, 4, 1)).filter(mechanism=nl).exists()


def test_nl_caribbean_is_overseen_by_a_council_that_is_no_member(nl):
    remit = Remit.objects.as_at(date(2020, 1, 1)).get(key="prisons-caribbean")

    parts = list(remit.parts.order_by("position").values_list("body__slug", "relation"))

    assert parts == [("law-enforcement-council", "lead"), ("ijenv", "on_behalf")]
    assert "law-enforcement-council" not in standing_as_at(nl, date(2020, 1, 1))


def test_nl_settings_belong_to_supervision_areas(nl):
    assert nl.supervision_areas.count() == 5
    assert nl.settings.get(slug="immigration").supervision_areas.get().slug == "asylum-migration"


def test_each_body_with_a_standing_has_a_name_on_its_first_day(uk, nl):
    unnamed = [
        f"{d.body.slug} {d.starts_on}"
        for d in Designation.objects.in_use().select_related("body")
        if not BodyName.objects.as_at(d.starts_on).filter(body=d.body).exists()
    ]

    assert not unnamed


@pytest.mark.parametrize("npm", ["uk", "nl"])
def test_each_source_is_used(npm):
    register = read(npm)
    facts = [*register.coordination, *register.remits, *register.gaps]
    facts += [fact for body in register.bodies for fact in (*body.names, *body.designations)]
    used = {fact.source for fact in facts} | {register.mechanism.source}
    only_named = {"uk-bristol-mandates", "uk-hansard-hcws1283", "uk-inspection-wales", "uk-police-fire-reform-2012"}
    only_named |= {"uk-nipb-custody-visiting", "uk-npm-correction-2017", "uk-npm-report-2", "nl-rsj-npm", "nl-nhc"}

    assert {source.slug for source in register.sources} - used <= only_named

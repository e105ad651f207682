"""Members, one body, coverage: the same pages for everybody and, with sources and notes, at the desk."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import BodyName, CoverageGap, Designation
from tests.factories import (
    BodyFactory,
    JurisdictionFactory,
    MechanismFactory,
    RemitFactory,
    SettingFactory,
    SourceFactory,
)

PUBLIC = ["member_list", "body_detail", "coverage", "members_csv", "coverage_csv"]
DESK = ["desk_member_list", "desk_body_detail", "desk_coverage"]


def address(name, on=None, npm="examplia", body="alpha"):
    kwargs = {"npm": npm} | ({"body": body} if "body" in name else {})
    return reverse(f"members:{name}", kwargs=kwargs) + (f"?on={on}" if on else "")


@pytest.fixture
def register(mechanism, alpha, beta):
    """Alpha (with Beta) monitors prisons in the north; nobody monitors police custody there."""
    prisons, police = mechanism.settings.order_by("position")
    north = mechanism.jurisdictions.get(slug="north")
    remit = RemitFactory(setting=prisons, bodies=[alpha, beta], spanning=[north], note="Only read at the desk.")
    gap = CoverageGap.objects.create(
        setting=police, layer="inspection", key="none", starts_on=date(2010, 1, 1), source=SourceFactory()
    )
    gap.jurisdictions.set([north])
    return remit


@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_answer_everybody(client, as_, register, name, alpha_monitor):
    assert client.get(address(name)).status_code == 200
    assert as_(alpha_monitor).get(address(name)).status_code == 200


@pytest.mark.parametrize("name", DESK)
def test_desk_pages_need_a_role_in_the_mechanism(client, as_, register, name, alpha_reader, administrator, stranger):
    assert as_(alpha_reader).get(address(name)).status_code == 200
    assert as_(administrator).get(address(name)).status_code == 200
    assert as_(stranger).get(address(name)).status_code == 404
    assert client.get(address(name)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", PUBLIC + DESK)
def test_pages_only_show(as_, register, name, alpha_monitor):
    assert as_(alpha_monitor).post(address(name)).status_code == 405


@pytest.mark.parametrize("name", PUBLIC)
def test_unknown_mechanism_is_not_found(client, register, name):
    assert client.get(address(name, npm="atlantis")).status_code == 404


def test_body_of_another_mechanism_is_not_found(client, register):
    BodyFactory(mechanism=MechanismFactory(slug="elsewhere"), slug="gamma")

    assert client.get(address("body_detail", body="gamma")).status_code == 404


@pytest.mark.parametrize("typed", ["2014-13-45", "31 January", "0000-00-00", "2014-1", "%00", "2014-02-30", "<script>"])
@pytest.mark.parametrize("name", ["member_list", "body_detail", "coverage"])
def test_bad_day_is_said_and_today_is_shown(client, register, name, typed):
    response = client.get(address(name, typed))

    assert response.status_code == 200
    assert response.context["on"] == date.today()
    assert "is not a day of the calendar" in response.context["on_error"]
    html = response.content.decode()
    assert "<title>Error:" in html.replace("\n", "")
    assert "<script>“" not in html


def test_bad_day_repeats_what_was_typed(client, register):
    assert "“2014-13-45” is not a day" in client.get(address("coverage", "2014-13-45")).content.decode()


@pytest.mark.parametrize("name", ["members_csv", "coverage_csv"])
def test_bad_day_gives_no_file(client, register, name):
    response = client.get(address(name, "2014-13-45"))

    assert response.status_code == 400
    assert "is not a day" in response.content.decode()


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "2024-02-29"])
@pytest.mark.parametrize("name", PUBLIC)
def test_far_days_are_days(client, register, name, on):
    assert client.get(address(name, on)).status_code == 200


def test_member_list_shows_the_day(client, register, alpha):
    Designation.objects.filter(body=alpha).update(ends_on=date(2020, 1, 1))

    before = client.get(address("member_list", "2019-12-31")).content.decode()
    after = client.get(address("member_list", "2020-01-01")).content.decode()

    assert "Alpha Inspectorate" in before
    assert "Alpha Inspectorate" not in after
    assert "Beta Inspectorate" in after


def test_member_list_before_the_first_designation_says_when_the_register_begins(client, register):
    html = client.get(address("member_list", "2001-01-01")).content.decode()

    assert "No body is recorded for this day." in html
    assert "1 Apr 2009" in html


def test_body_shows_the_name_of_the_day_and_all_names(client, register, alpha):
    alpha.names.update(ends_on=date(2020, 1, 1))
    BodyName.objects.create(
        body=alpha, name_en="Alpha Renamed", abbreviation="AR", starts_on=date(2020, 1, 1), source=SourceFactory()
    )

    html = client.get(address("body_detail", "2019-01-01")).content.decode()

    assert "<h1>Alpha Inspectorate</h1>" in html
    assert "Alpha Renamed (AR)" in html
    assert "1 Apr 2009 to 31 Dec 2019" in html


def test_body_shows_what_another_source_says(client, register, alpha):
    Designation.objects.create(
        body=alpha,
        status="designated",
        starts_on=date(2008, 1, 1),
        starts_precision="month",
        is_used=False,
        source=SourceFactory(slug="other", title="The Other Gazette"),
    )

    html = client.get(address("body_detail")).content.decode()

    assert "Sources disagree" in html
    assert "The Other Gazette: since January 2008." in html


def test_coverage_is_a_table_with_headers_links_and_gaps(client, register):
    html = client.get(address("coverage", "2014-01-01")).content.decode()

    assert 'scope="col"' in html
    assert 'scope="row"' in html
    assert 'scope="rowgroup"' in html
    cell = "/examplia/coverage/cell/?setting={}&amp;jurisdiction=north&amp;layer=inspection&amp;on=2014-01-01"
    assert f'<a class="cell-link" href="{cell.format("prisons")}"><p><abbr title="Alpha Inspectorate">ALPHA' in html
    assert f'<a class="cell-link" href="{cell.format("police-custody")}"><p class="no-monitor">No monitor</p>' in html
    assert 'href="/examplia/members/alpha/?on=2014-01-01"' in html
    assert "Not recorded" in html


def test_coverage_at_the_desk_adds_confidence_and_notes(client, as_, register, alpha_reader):
    assert "Only read at the desk." not in client.get(address("coverage")).content.decode()

    html = as_(alpha_reader).get(address("desk_coverage")).content.decode()

    assert "Only read at the desk." in html
    assert 'href="/examplia/desk/members/alpha/?on=' in html


def test_coverage_in_dutch(client, register):
    register.setting.__class__.objects.filter(pk=register.setting_id).update(name_nl="Gevangenissen van Voorbeeldië")
    client.cookies["language"] = "nl"

    html = client.get(address("coverage")).content.decode()

    assert '<html lang="nl">' in html
    assert "Gevangenissen van Voorbeeldië" in html


def test_text_of_the_register_is_printed_as_typed(client, register, alpha):
    alpha.names.update(name_en="<script>alert(1)</script> & Co", abbreviation="<b>")

    for name in ("member_list", "body_detail", "coverage"):
        html = client.get(address(name)).content.decode()
        assert "<script>alert" not in html
        assert "&lt;b&gt;" in html


@pytest.mark.parametrize(("name", "number"), [("member_list", 8), ("body_detail", 16), ("coverage", 8)])
def test_queries_do_not_grow_with_the_register(client, register, mechanism, django_assert_num_queries, name, number):
    for n in range(12):
        body = BodyFactory(mechanism=mechanism, slug=f"body-{n}")
        setting = SettingFactory(mechanism=mechanism, slug=f"setting-{n}")
        jurisdiction = JurisdictionFactory(mechanism=mechanism, slug=f"part-{n}")
        body.jurisdictions.add(jurisdiction)
        RemitFactory(setting=setting, bodies=[register.parts.first().body, body], spanning=[jurisdiction])

    client.get(address(name))  # what is read once in a process is read now
    with django_assert_num_queries(number):
        client.get(address(name))


@pytest.mark.parametrize("day", ["0001-01-01", "0003-05-05", "9999-12-31"])
def test_no_day_of_the_calendar_is_an_error(as_, mechanism, alpha, coordinator, day):
    RemitFactory(setting=mechanism.settings.first(), bodies=[alpha], spanning=[mechanism.jurisdictions.first()])
    cell, compare = "cell/?setting=prisons&jurisdiction=north&layer=inspection&on=", f"compare/?from={day}&to="
    pages = ["members/?on=", "members/alpha/?on=", "coverage/?on=", f"coverage/{cell}", f"coverage/{compare}"]
    files = ["members.csv?on=", "coverage.csv?on=", "coverage.svg?on=", f"coverage/compare.csv?from={day}&to="]
    client = as_(coordinator)

    for path in [*pages, *files, *(f"desk/{page}" for page in pages), "desk/gaps/?on="]:
        assert client.get(f"/examplia/{path}{day}").status_code == 200, path

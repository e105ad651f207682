"""The screens of the register: who may open them, what bad input gets, bodies, lists, log and history."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import DetentionSetting, Jurisdiction, MemberBody, RegisterChange, Succession
from members.register_kinds import KINDS
from tests.factories import BodyFactory, RemitFactory, SettingFactory, SourceFactory
from tests.seals import seen

DESK = "/examplia/desk/register/"
BODY = {
    "name_en": "Gamma Commission",
    "abbreviation": "GaC",
    "named_from": "2011",
    "kind": "commission",
    "status": "interim",
    "new_source_title": "Gazette",
}


@pytest.fixture
def keeper(as_, coordinator, alpha):
    return as_(coordinator)


def pages(alpha):
    name, setting = alpha.names.get(), DetentionSetting.objects.first()
    facts = [f"facts/names/{name.pk}/{act}/" for act in ("end", "correct", "remove")]
    adds = [f"{f'bodies/alpha/facts/{k.slug}' if k.is_of_body else f'facts/{k.slug}'}/add/" for k in KINDS.values()]
    lists = [f"lists/{name}/add/" for name in ("jurisdictions", "settings", "areas")]
    entry = [f"lists/settings/{setting.pk}/{act}/" for act in ("change", "remove")]
    bodies = ["bodies/add/", "bodies/alpha/change/", "bodies/alpha/remove/"]
    return ["", "log/", "mechanism/", "mechanism/hide/", *bodies, *lists, *entry, *facts, *adds]


def buttons(alpha):
    setting = DetentionSetting.objects.first()
    return ["bodies/alpha/move/up/", f"lists/settings/{setting.pk}/move/down/"]


def test_register_is_kept_by_coordinator_and_administrator_alone(
    client, as_, coordinator, administrator, alpha, alpha_lead, stranger, alpha_monitor
):
    for path in [DESK + rest for rest in pages(alpha)]:
        assert as_(coordinator).get(path).status_code == 200, path
        assert as_(administrator).get(path).status_code == 200
        assert as_(alpha_lead).get(path).status_code == 403
        assert as_(alpha_monitor).post(path).status_code in (403, 405)
        assert as_(stranger).get(path).status_code == 404
        assert client.get(path).url.startswith(reverse("account_login"))
    for path in [DESK + rest for rest in buttons(alpha)]:
        assert as_(coordinator).get(path).status_code == 405
        assert as_(alpha_lead).post(path).status_code == 403
        assert as_(stranger).post(path).status_code == 404
        assert client.post(path).url.startswith(reverse("account_login"))
        assert as_(administrator).post(path).status_code == 302


@pytest.mark.parametrize(
    "rest",
    [
        "facts/nonsense/add/",
        "facts/names/add/",
        "bodies/alpha/facts/coordination/add/",
        "bodies/nobody/facts/names/add/",
        "facts/names/999999999999999999999999/correct/",
        "facts/workforce/1/end/",
        "lists/nonsense/add/",
        "lists/settings/99999999999999999999/change/",
        "bodies/nobody/change/",
    ],
)
def test_what_is_not_there_is_not_found(keeper, rest):
    assert keeper.get(DESK + rest).status_code == 404


def test_fact_of_another_register_is_not_found(keeper, stranger):
    other = BodyFactory(slug="foreign", mechanism=stranger.affiliations.get().mechanism).names.get()

    assert keeper.get(f"{DESK}facts/names/{other.pk}/correct/").status_code == 404


def test_empty_and_junk_forms_get_errors_and_keep_what_was_typed(keeper, alpha):
    for path in [DESK + rest for rest in pages(alpha) if rest not in ("", "log/")]:
        answer = keeper.post(path, {"starts_on": "31.13.2017", "name_en": "Typed\x00", "people": "many", "body": "x"})
        assert answer.status_code == 200, path
        assert answer.context["form"].errors, path
        assert "Error:" in answer.content.decode()
    kept = keeper.post(f"{DESK}bodies/alpha/facts/names/add/", {"starts_on": "31.13.2017", "name_nl": "Getypt"})
    assert "There is no such day in the calendar." in kept.content.decode()
    assert 'value="Getypt"' in kept.content.decode()
    assert 'value="31.13.2017"' in kept.content.decode()
    assert not RegisterChange.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2017-07-12", "12 Jul 2017"),
        ("12/07/2017", "12 Jul 2017"),
        ("12-7-2017", "12 Jul 2017"),
        ("2017-07", "July 2017"),
        ("7/2017", "July 2017"),
        ("2017", "2017"),
    ],
)
def test_day_is_read_as_exactly_as_it_is_typed(keeper, alpha, typed, said):
    data = {"name_en": "B", "abbreviation": "B", "starts_on": typed, "new_source_title": "G", "is_used": "on"}

    answer = keeper.post(f"{DESK}bodies/alpha/facts/names/add/", data)

    assert f"from {said}." in answer.content.decode()


def test_body_comes_in_with_name_and_designation_and_shows_it_all(keeper, client, mechanism):
    north = mechanism.jurisdictions.get(slug="north")

    answer = keeper.post(f"{DESK}bodies/add/", BODY | {"jurisdictions": [north.pk], "designated_from": "2012-05"})

    body = MemberBody.objects.get(slug="gac")
    assert answer.url == "/examplia/desk/members/gac/"
    designation = body.designations.get()
    assert (designation.status, designation.starts_on, designation.takes_part) == ("interim", date(2012, 5, 1), None)
    assert list(body.jurisdictions.all()) == [north]
    assert [c.record for c in RegisterChange.objects.filter(body=body)] == [
        "members.designation",
        "members.bodyname",
        "members.memberbody",
    ]
    html = client.get("/examplia/members/gac/").content.decode()
    assert "Gamma Commission" in html
    assert "Interim member" in html
    assert "Gazette" in html


def test_body_needs_a_name_of_its_own_and_a_source(keeper, alpha):
    taken = keeper.post(f"{DESK}bodies/add/", BODY | {"slug": "alpha"})
    bare = keeper.post(f"{DESK}bodies/add/", {"abbreviation": "…"})

    assert "Another body has this short name already." in str(taken.context["form"].errors["slug"])
    assert {"name_en", "slug", "named_from", "kind", "source"} <= bare.context["form"].errors.keys()
    assert MemberBody.objects.count() == 1


def test_body_entered_by_mistake_goes_and_its_trace_stays(keeper, mechanism):
    keeper.post(f"{DESK}bodies/add/", BODY)

    keeper.post(f"{DESK}bodies/gac/remove/", {"reason": "Entered twice."})

    assert not MemberBody.objects.filter(slug="gac").exists()
    last = RegisterChange.objects.first()
    assert (last.act, last.record, last.reason) == ("removal", "members.memberbody", "Entered twice.")
    log = keeper.get(f"{DESK}log/").content.decode()
    assert "Entered twice." in log
    assert "Gamma Commission" in log


def test_body_that_monitors_something_stays(keeper, mechanism, alpha):
    RemitFactory(bodies=[alpha], spanning=list(mechanism.jurisdictions.all()))

    answer = keeper.post(f"{DESK}bodies/alpha/remove/", {"reason": "No longer there."})

    assert "It is in use and stays: remit bodies." in answer.content.decode()
    assert MemberBody.objects.filter(pk=alpha.pk).exists()


def test_body_changes_its_kind_with_a_reason(keeper, alpha):
    data = {"kind": "lay", "website": "https://alpha.example.org", "reason": "It never was an inspectorate."}

    path = f"{DESK}bodies/alpha/change/"
    keeper.post(path, data | seen(keeper, path))

    change = RegisterChange.objects.get()
    assert (change.act, change.body, change.before["kind"], change.after["kind"]) == (
        "correction", alpha, "inspectorate", "lay",
    )  # fmt: skip
    log = keeper.get(f"{DESK}log/?body=alpha").content.decode()
    assert "It never was an inspectorate." in log
    assert "<del>inspectorate or regulator</del>" in log


def test_lists_grow_change_order_and_shrink_only_where_unused(keeper, mechanism, alpha):
    keeper.post(f"{DESK}lists/areas/add/", {"name_en": "Youth", "name_nl": "Jeugd"})
    area = mechanism.supervision_areas.get(slug="youth")
    data = {"name_en": "Secure youth care", "supervision_areas": [area.pk], "has_places": "on"}
    keeper.post(f"{DESK}lists/settings/add/", data)
    youth = mechanism.settings.get(slug="secure-youth-care")
    assert list(youth.supervision_areas.all()) == [area]

    keeper.post(f"{DESK}lists/settings/{youth.pk}/move/up/")
    keeper.post(f"{DESK}lists/settings/{youth.pk}/move/up/")
    keeper.post(f"{DESK}lists/settings/{youth.pk}/move/up/")  # it is the first already

    slugs = list(mechanism.settings.order_by("position").values_list("slug", flat=True))
    assert slugs == ["secure-youth-care", "prisons", "police-custody"]
    used = keeper.post(f"{DESK}lists/areas/{area.pk}/remove/", {"reason": "x"})
    assert "It is in use and stays: detention settings." in used.content.decode()
    unused = Jurisdiction.objects.get(slug="south", mechanism=mechanism)
    assert keeper.post(f"{DESK}lists/jurisdictions/{unused.pk}/remove/", {"reason": "Entered twice"}).status_code == 302
    assert list(mechanism.jurisdictions.values_list("slug", flat=True)) == ["north"]


def test_rename_of_a_setting_asks_why_and_keeps_the_old_name(keeper, mechanism):
    prisons = mechanism.settings.get(slug="prisons")
    data = {"name_en": "Prisons and remand", "has_places": "on"}
    path = f"{DESK}lists/settings/{prisons.pk}/change/"

    assert "reason" in keeper.post(path, data).context["form"].errors
    keeper.post(path, data | {"reason": "Clearer."} | seen(keeper, path))

    prisons.refresh_from_db()
    assert prisons.name_en == "Prisons and remand"
    assert RegisterChange.objects.get().before == {"name_en": "Prisons"}


def test_merger_shows_on_both_bodies_and_in_the_history(keeper, client, alpha, beta):
    data = {"predecessor": alpha.pk, "successor": beta.pk, "kind": "merger", "happened_on": "2017-10"}

    keeper.post(f"{DESK}facts/successions/add/", data | {"new_source_title": "Gazette"})
    twice = keeper.post(f"{DESK}facts/successions/add/", data | {"new_source_title": "Gazette"})
    itself = keeper.post(f"{DESK}facts/successions/add/", data | {"successor": alpha.pk, "new_source_title": "G"})

    assert Succession.objects.get().happened_precision == "month"
    assert "says this already" in str(twice.context["form"].errors)
    assert "Nobody succeeds themselves" in str(itself.context["form"].errors)
    assert "/examplia/members/beta/" in client.get("/examplia/members/alpha/").content.decode()
    assert "/examplia/members/alpha/" in client.get("/examplia/members/beta/").content.decode()
    history = client.get("/examplia/history/").content.decode()
    assert "October 2017" in history
    assert "Alpha Inspectorate – merged into – Beta Inspectorate" in history


def test_history_tells_names_designations_and_remits_newest_first(client, mechanism, alpha):
    alpha.names.update(ends_on=date(2017, 7, 1), ends_precision="month")
    alpha.names.create(
        name_en="Alpha and Fire", abbreviation="AF", starts_on=date(2017, 7, 1), source=SourceFactory()
    )  # fmt: skip
    alpha.designations.update(ends_on=date(2020, 1, 1))
    RemitFactory(bodies=[alpha], spanning=[mechanism.jurisdictions.get(slug="north")])

    html = client.get("/examplia/history/?what=all").content.decode()

    said = [
        "Alpha and Fire leaves the mechanism",
        "Alpha Inspectorate is called Alpha and Fire from now on",
        "Alpha Inspectorate enters the mechanism: designated member",
        "ALPHA: Prisons, North (inspection)",
    ]
    assert all(sentence in html for sentence in said)
    assert html.index(said[0]) < html.index(said[1]) < html.index(said[2])
    members = client.get("/examplia/history/").content.decode()
    assert said[3] not in members
    assert client.get("/examplia/history/?what=%00nonsense").status_code == 200
    own = client.get("/examplia/history/?body=alpha").content.decode()
    assert all(sentence in own for sentence in said)
    assert client.get("/examplia/history/?body=nobody").status_code == 404


@pytest.mark.parametrize("path", ["/examplia/history/?what=all", DESK, f"{DESK}log/", "/examplia/desk/members/alpha/"])
def test_queries_of_the_register_do_not_grow(as_, coordinator, alpha, path, mechanism):
    client = as_(coordinator)

    def grow(number):
        body = BodyFactory(mechanism=mechanism, slug=f"body-{number}", position=number)
        setting = SettingFactory(mechanism=mechanism, slug=f"setting-{number}", position=number)
        RemitFactory(setting=setting, bodies=[body, alpha], spanning=list(mechanism.jurisdictions.all()))
        client.post(f"{DESK}bodies/body-{number}/move/down/")
        law = {"title": f"Act {number}", "starts_on": "2001", "is_used": "on", "new_source_title": f"G {number}"}
        client.post(f"{DESK}bodies/alpha/facts/legal-bases/add/", law)
        merger = {"predecessor": body.pk, "successor": alpha.pk, "kind": "merger", "happened_on": "2017"}
        client.post(f"{DESK}facts/successions/add/", merger | {"new_source_title": "G"})
        data = {"kind": "staff", "counted_on": f"202{number}-03-31", "professions": "law: 1"}
        client.post(f"{DESK}bodies/alpha/facts/workforce/add/", data | {"new_source_title": "G"})

    def queries():
        with CaptureQueriesContext(connection) as context:
            assert client.get(path).status_code == 200
        return len(context)

    grow(1)
    few = queries()
    for number in range(2, 6):
        grow(number)

    assert alpha.workforce.count() == 5
    assert queries() == few

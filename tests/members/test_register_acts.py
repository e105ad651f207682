"""Changes in the world, corrections and removals: what they do to the facts, and the trace they leave."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from members.models import BodyName, Contact, Coordination, Designation, MemberBody, Power, RegisterChange, Workforce
from npmportal.models import AuditEvent
from tests.factories import SourceFactory
from tests.seals import seen

DESK = "/examplia/desk/register/"
SOURCE = {"new_source_title": "Gazette of Examplia", "new_source_url": "https://gazette.example.org/1"}
NAME = {"name_en": "Alpha and Fire Inspectorate", "abbreviation": "ALFI", "starts_on": "2017-07", "is_used": "on"}


def add(client, fact, body="alpha", **data):
    """Post an addition; where the page asks first, look at what it says and confirm it."""
    where = f"bodies/{body}/facts/{fact}" if body else f"facts/{fact}"
    answer = client.post(f"{DESK}{where}/add/", SOURCE | data)
    if answer.status_code == 200 and not answer.context["form"].errors:
        confirmed = answer.context["form"].confirmed
        answer = client.post(f"{DESK}{where}/add/", SOURCE | data | {"confirmed": confirmed})
    return answer


@pytest.fixture
def keeper(as_, coordinator, alpha):
    return as_(coordinator)


def test_new_name_ends_the_one_before_only_after_the_preview_was_seen(keeper, alpha):
    asked = keeper.post(f"{DESK}bodies/alpha/facts/names/add/", SOURCE | NAME)

    assert "This ends “ALPHA” (since 1 Apr 2009): it no longer holds from July 2017." in asked.content.decode()
    assert alpha.names.count() == 1

    answer = add(keeper, "names", **NAME)

    assert answer.url == "/examplia/desk/members/alpha/#names"
    old, new = alpha.names.order_by("starts_on")
    assert (old.ends_on, old.ends_precision) == (date(2017, 7, 1), "month")
    assert (new.starts_on, new.starts_precision, new.ends_on) == (date(2017, 7, 1), "month", None)
    assert alpha.name_on(date(2017, 6, 30)) == old
    assert new.source.title == "Gazette of Examplia"


def test_change_leaves_a_trace_for_what_ended_and_for_what_began(keeper, coordinator, alpha):
    add(keeper, "names", **NAME)

    began, ended = RegisterChange.objects.all()[:2]
    assert (began.act, ended.act, began.by, began.body) == ("change", "change", coordinator, alpha)
    assert ended.before["ends_on"] is None
    assert ended.after["ends_on"] == "2017-07-01"
    assert began.before == {}
    assert began.after["abbreviation"] == "ALFI"
    assert began.effective_on == date(2017, 7, 1)
    assert AuditEvent.objects.filter(action="register.changed").count() == 2


def test_confirming_another_day_than_was_shown_asks_again(keeper, alpha):
    asked = keeper.post(f"{DESK}bodies/alpha/facts/names/add/", SOURCE | NAME)
    confirmed = {"confirmed": asked.context["form"].confirmed}

    again = keeper.post(f"{DESK}bodies/alpha/facts/names/add/", SOURCE | NAME | confirmed | {"starts_on": "2018"})

    assert again.status_code == 200
    assert "from 2018." in again.content.decode()
    assert alpha.names.count() == 1


def test_fact_with_an_end_of_its_own_is_not_cut(keeper, alpha):
    alpha.names.update(ends_on=date(2020, 1, 1))

    answer = add(keeper, "names", **NAME)

    assert answer.status_code == 200
    assert "In these days the register holds another name: ALPHA, 1 Apr 2009 to 31 Dec 2019." in str(
        answer.context["form"].errors["starts_on"]
    )
    assert alpha.names.count() == 1


def test_what_another_source_says_is_kept_beside_and_ends_nothing(keeper, alpha):
    add(keeper, "designations", status="observer", starts_on="2010", note="Says the other source.")

    kept = alpha.designations.get(status="observer")
    assert not kept.is_used
    assert alpha.designations.get(status="designated").ends_on is None


@pytest.mark.parametrize("model", [BodyName, Designation, Coordination, Power])
def test_database_itself_refuses_two_at_once(alpha, mechanism, model):
    common = {"starts_on": date(2011, 1, 1), "source": SourceFactory(), "body": alpha}
    fields = {
        BodyName: {"name_en": "A", "abbreviation": "A"},
        Designation: {"status": "interim"},
        Coordination: {"mechanism": mechanism},
        Power: {"kind": "numbers", "extent": "full"},
    }[model]
    if model in (Coordination, Power):
        model.objects.create(**common, **fields)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**common, **fields)
    model.objects.create(**common, **fields, is_used=False)


def test_end_of_a_designation_without_a_follower(keeper, alpha):
    designation = alpha.designations.get()

    keeper.post(f"{DESK}facts/designations/{designation.pk}/end/", {"ends_on": "2014-09", "reason": "It left."})

    designation.refresh_from_db()
    assert (designation.ends_on, designation.ends_precision) == (date(2014, 9, 1), "month")
    change = RegisterChange.objects.get()
    assert (change.act, change.effective_on, change.reason) == ("change", date(2014, 9, 1), "It left.")
    assert not MemberBody.objects.members_as_at(date(2014, 9, 1)).filter(pk=alpha.pk).exists()
    again = keeper.post(f"{DESK}facts/designations/{designation.pk}/end/", {"ends_on": "2015"})
    assert "ended already" in again.content.decode()


def test_correction_mends_the_row_and_keeps_what_it_said(keeper, alpha):
    name = alpha.names.get()
    data = {"name_en": "Alpha", "abbreviation": "ALPHA", "starts_on": "2009-04-02", "is_used": "on"}
    path, source = f"{DESK}facts/names/{name.pk}/correct/", {"source": name.source_id}

    refused = keeper.post(path, data | source)
    answer = keeper.post(path, data | source | {"reason": "Misread."} | seen(keeper, path))

    assert "reason" in refused.context["form"].errors
    assert answer.status_code == 302
    name.refresh_from_db()
    assert (name.name_en, name.starts_on) == ("Alpha", date(2009, 4, 2))
    change = RegisterChange.objects.get()
    assert (change.act, change.reason) == ("correction", "Misread.")
    days = {"starts_on": "2009-04-01", "starts_precision": "day"}
    assert change.before == {"name_en": "Alpha Inspectorate"} | days


def test_correction_that_would_overlap_or_change_nothing_is_refused(keeper, alpha):
    add(keeper, "names", **NAME)
    old = alpha.names.order_by("starts_on").first()
    data = {"name_en": old.name_en, "abbreviation": "ALPHA", "starts_on": "2009-04-01", "is_used": "on"}
    more = {"source": old.source_id, "reason": "x"}
    path = f"{DESK}facts/names/{old.pk}/correct/"
    more |= seen(keeper, path)

    overlap = keeper.post(path, data | more | {"ends_on": "2018"})
    same = keeper.post(path, data | more | {"ends_on": "2017-07"})

    assert "ALFI, since July 2017" in str(overlap.context["form"].errors["starts_on"])
    assert "Nothing was changed" in same.content.decode()
    assert RegisterChange.objects.exclude(act="change").count() == 0


def test_removal_takes_the_entry_away_and_keeps_what_it_said(keeper, alpha):
    designation = alpha.designations.get()
    path = f"{DESK}facts/designations/{designation.pk}/remove/"

    assert "reason" in keeper.post(path, {}).context["form"].errors
    keeper.post(path, {"reason": "Another body was meant."})

    assert not alpha.designations.exists()
    change = RegisterChange.objects.get()
    assert (change.act, change.record_id) == ("removal", str(designation.pk))
    assert change.before["status"] == "designated"


def test_law_that_powers_rest_on_stays_until_they_are_corrected(keeper, alpha):
    add(keeper, "legal-bases", title="Inspection Act", citation="section 1", starts_on="2001", is_used="on")
    law = alpha.legal_bases.get()
    add(keeper, "powers", kind="places", extent="full", basis=law.pk, starts_on="2001", is_used="on")

    answer = keeper.post(f"{DESK}facts/legal-bases/{law.pk}/remove/", {"reason": "wrong"})

    assert "Other entries refer to this one" in answer.content.decode()
    assert alpha.powers.get().basis == law
    assert not RegisterChange.objects.filter(act="removal").exists()


def test_law_replaces_the_one_named(keeper, alpha):
    add(keeper, "legal-bases", title="Old Act", starts_on="2001", is_used="on")
    old = alpha.legal_bases.get()

    add(keeper, "legal-bases", title="New Act", starts_on="2015-04-01", is_used="on", replaces=old.pk)

    old.refresh_from_db()
    assert old.ends_on == date(2015, 4, 1)


def test_new_extent_of_a_power_leaves_the_other_powers(keeper, alpha):
    for kind in ("places", "interviews"):
        add(keeper, "powers", kind=kind, extent="full", starts_on="2001", is_used="on")
    add(keeper, "powers", kind="places", extent="partly", limits="Not in hospitals", starts_on="2010", is_used="on")

    spells = alpha.powers.filter(kind="places").order_by("starts_on").values_list("extent", "ends_on")
    assert list(spells) == [("full", date(2010, 1, 1)), ("partly", None)]
    assert alpha.powers.get(kind="interviews").ends_on is None


def test_workforce_keeps_not_recorded_apart_from_nought(keeper, alpha):
    data = {"kind": "staff", "counted_on": "2024-03-31", "people": "10", "women": "0", "professions": "law: 4\nlay: 2"}

    assert add(keeper, "workforce", **data).status_code == 302

    row = Workforce.objects.get()
    assert row.numbers == (10, 0, None, None)
    assert [str(p) for p in row.professions.all()] == ["law: 4", "lay: 2"]
    assert RegisterChange.objects.get().after["professions"] == ["law: 4", "lay: 2"]


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({"people": "3", "women": "2", "men": "2"}, "people", "more than all"),
        ({"people": "5", "women": "2", "men": "2", "other": "0"}, "people", "fewer than all"),
        ({"people": "5", "professions": "law: 6"}, "professions", "more than all"),
        ({"people": "5", "professions": "six lawyers"}, "professions", "on a line of its own"),
        ({"people": "-1"}, "people", "greater than or equal"),
        ({"counted_on": "yesterday"}, "counted_on", "valid date"),
    ],
)
def test_workforce_that_does_not_add_up_is_explained(keeper, alpha, data, field, said):
    answer = add(keeper, "workforce", **{"kind": "staff", "counted_on": "2024-03-31"} | data)

    assert said in str(answer.context["form"].errors[field])
    assert not Workforce.objects.exists()


def test_coordinator_follows_coordinator_and_another_register_has_its_own(keeper, alpha, beta):
    for body, year in ((alpha, "2012"), (beta, "2020")):
        data = SOURCE | {"body": body.pk, "role": "hosts the staff", "starts_on": year, "is_used": "on"}
        asked = keeper.post(f"{DESK}facts/coordination/add/", data)
        if asked.status_code == 200:
            assert (
                "This ends “Alpha Inspectorate” (since 2012): it no longer holds from 2020." in asked.content.decode()
            )
            keeper.post(f"{DESK}facts/coordination/add/", data | {"confirmed": asked.context["form"].confirmed})

    spells = Coordination.objects.order_by("starts_on").values_list("body", "ends_on")
    assert list(spells) == [(alpha.pk, date(2020, 1, 1)), (beta.pk, None)]


def test_contact_for_the_network_only_is_not_public(keeper, client, alpha):
    for mail, is_public in (("office@alpha.example.org", "on"), ("duty@alpha.example.org", "")):
        data = {"purpose": "general", "email": mail, "starts_on": "2020", "is_used": "on"}
        assert (
            keeper.post(
                f"{DESK}bodies/alpha/facts/contacts/add/", data | ({"is_public": "on"} if is_public else {})
            ).status_code
            == 302
        )

    public = client.get("/examplia/members/alpha/").content.decode()
    desk = keeper.get("/examplia/desk/members/alpha/").content.decode()

    assert Contact.objects.count() == 2
    assert "office@alpha" in public
    assert "duty@alpha" not in public
    assert "duty@alpha" in desk

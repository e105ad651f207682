"""The cell of the coverage matrix on screen: its page, and editing it with a preview before it is saved."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import CoverageGap, CoverageNote, RegisterChange, Remit, Source
from tests.factories import BodyFactory, MechanismFactory, PlaceFactory, RemitFactory, SourceFactory
from tests.seals import seen

DESK = "/examplia/desk/coverage/"
CELL = "?setting=prisons&jurisdiction=north&layer=inspection&on=2014-01-01"
NEW = f"{DESK}remits/new/"


@pytest.fixture
def remit(mechanism, alpha):
    prisons, north = mechanism.settings.get(slug="prisons"), mechanism.jurisdictions.get(slug="north")
    return RemitFactory(setting=prisons, bodies=[alpha], spanning=[north], note="Only read at the desk.")


def acts(remit):
    return [f"{DESK}remits/{remit.pk}/{act}/" for act in ("change", "correct", "end", "remove")]


def typed(**changes):
    return {
        "setting": "prisons",
        "jurisdictions": ["north"],
        "layer": "inspection",
        "body_1": "beta",
        "relation_1": "lead",
        "since": "2016-05-01",
        "source": Source.objects.get_or_create(slug="invented-gazette", title="The Invented Gazette")[0].pk,
        "confidence": "medium",
    } | changes


def preview(client, path, data):
    return client.post(path, seen(client, path) | data | {"step": "preview"})


def save(client, path, data, **more):
    """Preview, then save exactly that."""
    data = seen(client, path) | data
    seal = preview(client, path, data).context.get("seal", "")
    return client.post(path, data | {"step": "save", "previewed": seal} | more)


# -- Who may be here --------------------------------------------------------------------------------------------------


def test_public_cell_is_for_everybody_and_shows_no_notes(client, remit):
    html = client.get(f"/examplia/coverage/cell/{CELL}").content.decode()

    assert "Prisons, North" in html
    assert 'href="/examplia/members/alpha/?on=2014-01-01"' in html
    assert "The Invented Gazette" in html
    assert "Only read at the desk." not in html
    assert "Change from a day" not in html


def test_desk_cell_needs_a_role_here(client, as_, remit, alpha_reader, coordinator, stranger):
    path = f"{DESK}cell/{CELL}"

    html = as_(alpha_reader).get(path).content.decode()
    assert "Only read at the desk." in html
    assert "Change from a day" not in html
    assert "Change from a day" in as_(coordinator).get(path).content.decode()
    assert as_(stranger).get(path).status_code == 404
    assert client.get(path).url.startswith(reverse("account_login"))


def test_cell_counts_visits_only_for_who_may_know_of_any(as_, remit, alpha_reader, coordinator, administrator):
    path = f"{DESK}cell/{CELL}"

    for knows in (alpha_reader, coordinator):
        html = as_(knows).get(path).content.decode()
        assert "Visits of the bodies in this cell" in html
        assert "/examplia/desk/visits/?setting=" in html
    html = as_(administrator).get(path).content.decode()
    assert "Visits of the" not in html
    assert "/examplia/desk/visits/" not in html


def test_open_places_are_those_of_the_day(as_, remit, coordinator):
    here = {"mechanism": remit.setting.mechanism, "setting": remit.setting, "jurisdiction": remit.jurisdictions.get()}
    today = date.today()
    for name, days in {
        "Closes soon": {"closed_on": today + timedelta(days=30)},
        "Closed": {"closed_on": today},
        "Opens soon": {"opened_on": today + timedelta(days=1)},
        "Open": {"opened_on": today},
    }.items():
        PlaceFactory(**here, name=name, **days)

    cell = CELL.replace("2014-01-01", today.isoformat())
    html = as_(coordinator).get(f"{DESK}cell/{cell}").content.decode()

    assert "2 open places of this setting" in html
    assert [name in html for name in ("Closes soon", "Closed<", "Opens soon", ">Open<")] == [True, False, False, True]


def test_editing_is_for_who_keeps_the_register(
    client, as_, remit, coordinator, administrator, alpha_lead, alpha_reader, stranger
):
    for path in [NEW, *acts(remit)]:
        assert as_(coordinator).get(path).status_code == 200
        assert as_(administrator).get(path).status_code == 200
        for person, status in ((alpha_lead, 403), (alpha_reader, 403), (stranger, 404)):
            assert as_(person).get(path).status_code == status
            assert as_(person).post(path, typed()).status_code == status
        assert client.get(path).url.startswith(reverse("account_login"))
        assert as_(coordinator).put(path).status_code == 405


def test_remit_of_another_mechanism_is_not_found(as_, remit, stranger, coordinator):
    for path in acts(remit):
        assert as_(stranger).get(path.replace("/examplia/", "/elsewhere/")).status_code == 404


@pytest.mark.parametrize(
    "asked",
    ["", "?setting=prisons", "?setting=x&jurisdiction=north&layer=lay", "?setting=%00&jurisdiction=%00&layer=%00",
     "?setting=prisons&jurisdiction=north&layer=emperor"],
)  # fmt: skip
def test_no_such_cell_is_not_found(client, as_, remit, alpha_reader, asked):
    assert client.get(f"/examplia/coverage/cell/{asked}").status_code == 404
    assert as_(alpha_reader).get(f"{DESK}cell/{asked}").status_code == 404


def test_bad_day_of_a_cell_is_said(client, remit):
    response = client.get("/examplia/coverage/cell/?setting=prisons&jurisdiction=north&layer=inspection&on=31 May")

    assert response.status_code == 200
    assert "is not a day of the calendar" in response.context["on_error"]


# -- What the page shows ----------------------------------------------------------------------------------------------


def test_cell_shows_what_held_before_and_after_and_what_explains_it(client, mechanism, remit, beta):
    Remit.objects.filter(pk=remit.pk).update(ends_on=date(2012, 1, 1))
    fact = {"setting": remit.setting, "layer": "inspection", "source": SourceFactory()}
    gap = CoverageGap.objects.create(**fact, key="gap", starts_on=date(2012, 1, 1), explanation="The law forgot it.")
    gap.jurisdictions.set(remit.jurisdictions.all())

    response = client.get(f"/examplia/coverage/cell/{CELL}")

    html = response.content.decode()
    assert not response.context["standing"]
    assert [row["entry"].text for row in response.context["remits"]] == ["ALPHA"]
    assert "No monitor" in html
    assert "The law forgot it." in html


def test_cell_of_one_layer_shows_the_remit_of_both(client, remit):
    Remit.objects.update(layer="inspection_and_lay")

    for layer, count in (("inspection", 1), ("lay", 1), ("commissioner", 0)):
        response = client.get(f"/examplia/coverage/cell/?setting=prisons&jurisdiction=north&layer={layer}")
        assert len(response.context["remits"]) == count


def test_note_explains_an_empty_cell(client, remit):
    south = remit.setting.mechanism.jurisdictions.get(slug="south")
    CoverageNote.objects.create(
        setting=remit.setting, jurisdiction=south, layer="inspection", kind="no_places",
        explanation="The south has no prison.", starts_on=date(2010, 1, 1), source=SourceFactory(),
    )  # fmt: skip

    html = client.get("/examplia/coverage/cell/?setting=prisons&jurisdiction=south&layer=inspection").content.decode()

    assert "The south has no prison." in html
    assert "No such places here" in client.get("/examplia/coverage/").content.decode()


def test_queries_of_a_cell_do_not_grow(client, as_, mechanism, remit, coordinator):
    def number(path, client):
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    desk, signed_in = f"{DESK}cell/{CELL}", as_(coordinator)
    signed_in.get(desk)
    before = number(f"/examplia/coverage/cell/{CELL}", client), number(desk, signed_in)
    for n in range(8):
        body = BodyFactory(mechanism=mechanism, slug=f"body-{n}")
        RemitFactory(setting=remit.setting, bodies=[body], spanning=list(mechanism.jurisdictions.all()))

    signed_in.get(desk)  # what is read once in a process is read now
    assert (number(f"/examplia/coverage/cell/{CELL}", client), number(desk, signed_in)) == before


# -- Editing ----------------------------------------------------------------------------------------------------------


def test_preview_shows_before_and_after_and_saves_nothing(as_, remit, beta, coordinator):
    response = preview(as_(coordinator), acts(remit)[0], typed())

    html = response.content.decode()
    assert response.status_code == 200
    assert "Nothing is saved yet." in html
    assert "Added: BETA (lead)" in html
    assert "Ended: ALPHA (lead)" in html
    assert Remit.objects.get().ends_on is None
    assert not RegisterChange.objects.exists()


def test_change_is_saved_as_previewed_and_leads_back_to_the_cell(as_, remit, beta, coordinator):
    response = save(as_(coordinator), acts(remit)[0], typed())

    assert response.url == f"{DESK}cell/?setting=prisons&jurisdiction=north&layer=inspection&on=2016-05-01"
    remit.refresh_from_db()
    assert remit.ends_on == date(2016, 5, 1)
    new = Remit.objects.exclude(pk=remit.pk).get()
    assert [part.body for part in new.parts.all()] == [beta]
    assert (new.confidence, new.starts_on) == ("medium", date(2016, 5, 1))


def test_nothing_is_saved_without_the_preview_of_exactly_this(as_, remit, beta, coordinator):
    client, path = as_(coordinator), acts(remit)[0]
    seal_of_page = seen(client, path)

    assert client.post(path, typed() | seal_of_page | {"step": "save"}).status_code == 200
    seal = preview(client, path, typed()).context["seal"]
    other = typed(since="2017-01-01") | seal_of_page | {"step": "save", "previewed": seal}
    response = client.post(path, other)

    assert response.status_code == 200
    assert "Nothing is saved yet." in response.content.decode()
    assert Remit.objects.count() == 1


def test_what_is_odd_must_be_confirmed(as_, remit, beta, coordinator):
    beta.designations.update(ends_on=date(2012, 1, 1))
    client = as_(coordinator)

    response = save(client, acts(remit)[0], typed())
    html = response.content.decode()
    assert "BETA holds no membership on 1 May 2016." in html
    assert "Tick this box to save all the same." in html
    assert Remit.objects.count() == 1

    assert save(client, acts(remit)[0], typed(), confirmed="on").status_code == 302
    assert Remit.objects.count() == 2


def test_what_contradicts_the_register_is_said_and_what_was_typed_stays(as_, remit, alpha, coordinator):
    response = preview(as_(coordinator), NEW, typed(body_1="alpha", note="Typed by hand."))

    html = response.content.decode()
    assert "ALPHA stands in this cell already" in html
    assert "Typed by hand." in html
    assert "comparison" not in response.context
    assert Remit.objects.count() == 1


def test_new_remit_with_several_bodies_scopes_and_a_new_source(as_, mechanism, alpha, beta, coordinator):
    data = typed(
        jurisdictions=["north", "south"], since="2011-07", source="", new_source_title="A law", relation_2="jointly",
        body_2="alpha", scope_2="in relation to huts", scope_nl_2="wat betreft de hutten",
    )  # fmt: skip

    assert save(as_(coordinator), NEW, data).status_code == 302

    remit = Remit.objects.get()
    assert (remit.starts_on, remit.starts_precision) == (date(2011, 7, 1), "month")
    assert remit.jurisdictions.count() == 2
    assert remit.source.title == "A law"
    assert [(p.body.slug, p.relation, p.scope, p.scope_nl) for p in remit.parts.all()] == [
        ("beta", "lead", "", ""),
        ("alpha", "jointly", "in relation to huts", "wat betreft de hutten"),
    ]
    assert Source.objects.filter(title="A law").count() == 1


def test_nobody_can_be_recorded(as_, mechanism, coordinator):
    client = as_(coordinator)

    assert "Name at least one body" in preview(client, NEW, typed(body_1="", relation_1="")).content.decode()
    assert save(client, NEW, typed(body_1="", relation_1="", nobody="on")).status_code == 302
    assert not Remit.objects.get().parts.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"since": ""}, "Write from which day on it is in force."),
        ({"since": "soon"}, "Write a day like"),
        ({"setting": "castles"}, "Select a valid choice."),
        ({"jurisdictions": []}, "Tick at least one jurisdiction."),
        ({"jurisdictions": ["north", "\x00"]}, "There is a problem"),
        ({"layer": "emperor"}, "Select a valid choice."),
        ({"relation_1": ""}, "Say how the body acts"),
        ({"body_1": ""}, "Choose the body this line is about"),
        ({"body_2": "beta", "relation_2": "with"}, "A body stands in the cell once"),
        ({"nobody": "on"}, "Either name the bodies"),
        ({"source": ""}, "Choose where this was read"),
        ({"scope_1": "x" * 201}, "at most 200 characters"),
        ({"confidence": "sure"}, "Select a valid choice."),
    ],
)
def test_bad_input_is_said(as_, beta, coordinator, changes, said):
    response = preview(as_(coordinator), NEW, typed(**changes))

    assert response.status_code == 200
    assert said in response.content.decode()
    assert not Remit.objects.exists()


def test_correction_needs_a_reason_and_starts_from_what_stands_there(as_, remit, beta, coordinator):
    client, path = as_(coordinator), acts(remit)[1]

    form = client.get(path).context["form"]
    assert form["body_1"].value() == "alpha"
    assert form["since"].value() == "2009-04-01"
    assert "Write the reason." in preview(client, path, typed()).content.decode()
    assert save(client, path, typed(reason="The brochure says Beta.")).status_code == 302

    assert Remit.objects.get().parts.get().body == beta
    assert RegisterChange.objects.get().reason == "The brochure says Beta."


def test_end_and_removal_on_screen(as_, remit, coordinator):
    client = as_(coordinator)
    _change, _correct, end, remove = acts(remit)

    assert "begins on that day or later" in preview(client, end, {"until": "2009-04-01"}).content.decode()
    assert save(client, end, {"until": "2015-01-01"}).status_code == 302
    assert Remit.objects.get().ends_on == date(2015, 1, 1)
    assert "Write the reason." in preview(client, remove, {"reason": " "}).content.decode()
    assert save(client, remove, {"reason": "It never was."}).status_code == 302
    assert not Remit.objects.exists()


def test_line_without_its_relation_is_said_once(as_, mechanism, alpha, coordinator):
    html = preview(as_(coordinator), NEW, typed(body_1="alpha", relation_1="")).content.decode()

    assert "Say how the body acts" in html
    assert "Name at least one body" not in html


def test_body_of_another_mechanism_cannot_be_named(as_, mechanism, coordinator):
    BodyFactory(mechanism=MechanismFactory(slug="elsewhere"), slug="gamma")

    response = preview(as_(coordinator), NEW, typed(body_1="gamma"))

    assert "Select a valid choice." in response.content.decode()

"""The register of gaps: what the portal finds by itself, what is asked and answered, and who may write it down."""

from datetime import date

import pytest
from django.urls import reverse

from members.coverage import build_matrix
from members.coverage.explaining import empty_cells, to_explain
from members.models import CoverageGap, CoverageNote, ExpectedLayer, GapInquiry, RegisterChange
from tests.factories import BodyFactory, RemitFactory, SourceFactory
from tests.seals import seen

GAPS, DESK = "/examplia/desk/gaps/", "/examplia/desk/coverage/"
ON = date(2014, 1, 1)
EVERYWHERE = ("england", "wales", "scotland", "northern-ireland")


@pytest.fixture
def layer(mechanism):
    prisons = mechanism.settings.get(slug="prisons")
    return ExpectedLayer.objects.create(
        setting=prisons, layer="lay", starts_on=date(2010, 1, 1), source=SourceFactory()
    )


def typed(**changes):
    return {
        "setting": "prisons",
        "jurisdictions": ["north"],
        "layer": "lay",
        "since": "2012",
        "source": SourceFactory().pk,
        "explanation": "Nobody was named.",
    } | changes


def flat(questions):
    return {(q.setting, q.layer, where) for q in questions for where in q.jurisdictions}


# -- What the portal finds by itself ----------------------------------------------------------------------------------


def test_gap_list_of_the_brochure_is_found_without_the_packaged_gaps(uk):
    """The empty cells that section 6 of the field notes reads from the brochure, and no others."""
    CoverageGap.objects.all().delete()

    found = empty_cells(build_matrix(uk, ON))

    assert flat(found) == {
        ("prisons", "lay", "scotland"),
        *((setting, "lay", where) for setting in ("children-secure", "mental-health", "health-and-social-care")
          for where in EVERYWHERE),
        *(("court-custody", "lay", where) for where in ("scotland", "northern-ireland")),
        *(("children-all", "commissioner", where) for where in ("wales", "scotland", "northern-ireland")),
    }  # fmt: skip
    assert flat(q for q in to_explain(build_matrix(uk, ON)) if not q.bodies) == flat(found)


def test_packaged_gaps_explain_all_but_what_only_the_brochure_says(uk):
    questions = to_explain(build_matrix(uk, ON))

    assert flat(q for q in questions if not q.bodies) == {("prisons", "lay", "scotland")}
    assert {(q.setting, q.jurisdictions, q.bodies) for q in questions if q.bodies} == {
        ("children-secure", ("northern-ireland",), ("CJINI", "RQIA")),
        ("health-and-social-care", ("wales",), ("CSSIW", "HIW")),
    }


def test_expected_layer_gives_an_empty_row_until_it_ends(mechanism, layer):
    assert flat(to_explain(build_matrix(mechanism, ON))) == {("prisons", "lay", "north"), ("prisons", "lay", "south")}

    ExpectedLayer.objects.update(ends_on=ON)
    assert not to_explain(build_matrix(mechanism, ON))


@pytest.mark.parametrize("kind", ["no_places", "not_applicable"])
def test_empty_cell_is_explained_by_a_gap_or_a_note(mechanism, layer, gap, kind):
    south = mechanism.jurisdictions.get(slug="south")
    CoverageNote.objects.create(
        setting=gap.setting, jurisdiction=south, layer="lay", kind=kind, explanation="None here.",
        starts_on=date(2013, 1, 1), source=SourceFactory(),
    )  # fmt: skip

    assert not to_explain(build_matrix(mechanism, ON))
    assert flat(to_explain(build_matrix(mechanism, date(2012, 1, 1)))) == {("prisons", "lay", "south")}
    assert [cell.state for cell in build_matrix(mechanism, ON).cells] == ["none", "explained"]


def test_gap_of_a_kind_of_place_does_not_explain_an_empty_cell(mechanism, layer, gap):
    CoverageGap.objects.update(kind_of_place="huts")

    assert ("prisons", "lay", "north") in flat(to_explain(build_matrix(mechanism, ON)))


def test_overlap_wants_a_word_unless_scope_relation_or_note_gives_it(mechanism, alpha, beta):
    prisons, north = mechanism.settings.get(slug="prisons"), mechanism.jurisdictions.get(slug="north")
    first = RemitFactory(setting=prisons, bodies=[alpha], spanning=[north])
    second = RemitFactory(setting=prisons, bodies=[beta], spanning=[north])

    def overlaps():
        return [q.bodies for q in to_explain(build_matrix(mechanism, ON)) if q.bodies]

    assert overlaps() == [("ALPHA", "BETA")]
    second.parts.update(scope="in relation to huts")
    assert not overlaps()
    second.parts.update(scope="", relation="jointly")
    assert not overlaps()
    second.parts.update(relation="separately")
    CoverageNote.objects.create(
        setting=prisons, jurisdiction=north, layer="inspection", kind="overlap", explanation="By turns.",
        starts_on=first.starts_on, source=SourceFactory(),
    )  # fmt: skip
    assert not overlaps()


# -- Who may be here --------------------------------------------------------------------------------------------------


def forms(gap, layer):
    inquiry = GapInquiry.objects.create(gap=gap, asked="The ministry", asked_on=date(2014, 1, 1), question="Why?")
    note = CoverageNote.objects.create(
        setting=gap.setting, jurisdiction=gap.jurisdictions.get(), layer="lay", kind="no_places", explanation="None.",
        starts_on=date(2013, 1, 1), source=SourceFactory(),
    )  # fmt: skip
    return [
        f"{GAPS}new/",
        *(f"{GAPS}{gap.pk}/{act}/" for act in ("correct", "end", "reopen", "remove", "text", "ask")),
        *(f"{GAPS}{gap.pk}/inquiries/{inquiry.pk}/{act}/" for act in ("answer", "correct", "remove")),
        f"{DESK}notes/new/",
        f"{DESK}notes/{note.pk}/end/",
        f"{DESK}notes/{note.pk}/remove/",
        f"{DESK}layers/",
        f"{DESK}layers/{layer.pk}/end/",
    ]


def test_register_of_gaps_is_read_by_the_mechanism_and_written_by_its_keepers(
    client, as_, gap, layer, coordinator, administrator, alpha_lead, stranger
):
    for path in (GAPS, f"{GAPS}{gap.pk}/"):
        assert as_(alpha_lead).get(path).status_code == 200
        assert as_(stranger).get(path).status_code == 404
        assert client.get(path).url.startswith(reverse("account_login"))
        assert as_(alpha_lead).post(path).status_code == 405
    assert "Record a gap" not in as_(alpha_lead).get(GAPS).content.decode()
    for path in forms(gap, layer):
        assert as_(coordinator).get(path).status_code == 200
        assert as_(administrator).post(path, {}).status_code in (200, 302, 409)
        for person, status in ((alpha_lead, 403), (stranger, 404)):
            assert as_(person).get(path).status_code == status
            assert as_(person).post(path, typed()).status_code == status
        assert client.get(path).url.startswith(reverse("account_login"))


def test_numbers_of_another_mechanism_are_not_found(as_, gap, layer, stranger):
    for path in forms(gap, layer):
        if not path.endswith(("new/", "layers/")):
            assert as_(stranger).get(path.replace("/examplia/", "/elsewhere/")).status_code == 404


# -- Writing it down --------------------------------------------------------------------------------------------------


def test_gap_is_recorded_with_its_trace_and_fills_the_cell(as_, mechanism, coordinator, layer):
    response = as_(coordinator).post(f"{GAPS}new/", typed(report_text="For the report."))

    assert response.url == GAPS
    gap = CoverageGap.objects.get()
    assert (gap.starts_on, gap.starts_precision, gap.for_report) == (date(2012, 1, 1), "year", "For the report.")
    assert RegisterChange.objects.get().record == "members.coveragegap"
    assert build_matrix(mechanism, ON).gaps[0].text.en == "For the report."
    html = as_(coordinator).get(f"{GAPS}?on=2014-01-01").content.decode()
    assert "Nobody was named." in html
    assert "Nobody was asked yet." in html


def test_one_step_leads_from_the_question_to_the_form(as_, mechanism, layer, coordinator):
    html = as_(coordinator).get(f"{GAPS}?on=2014-01-01").content.decode()

    asked = "?setting=prisons&amp;jurisdiction=north&amp;jurisdiction=south&amp;layer=lay"
    assert f'href="{GAPS}new/{asked}"' in html
    form = as_(coordinator).get(f"{GAPS}new/{asked.replace('&amp;', '&')}").context["form"]
    assert (form["setting"].value(), form["jurisdictions"].value()) == ("prisons", ["north", "south"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"explanation": ""}, "Write why nobody monitors."),
        ({"since": "once"}, "Write a day like"),
        ({"setting": "castles"}, "Select a valid choice."),
        ({"source": ""}, "Choose where this was read"),
        ({"kind_of_place": "x" * 201}, "at most 200 characters"),
    ],
)
def test_bad_gap_is_said(as_, mechanism, coordinator, changes, said):
    response = as_(coordinator).post(f"{GAPS}new/", typed(**changes))

    assert said in response.content.decode()
    assert not CoverageGap.objects.exists()


def test_empty_gap_says_of_each_field_what_is_missing(as_, mechanism, coordinator):
    said = as_(coordinator).post(f"{GAPS}new/", {}).content.decode()

    for sentence in (
        "Choose the detention setting.", "Tick at least one jurisdiction.", "Choose the layer of monitoring.",
        "Write since when nobody monitors.", "Write why nobody monitors.", "Choose where this was read",
    ):  # fmt: skip
        assert said.count(sentence) >= 2, sentence  # beside the field and in the summary
    assert "This field is required." not in said


def test_correct_close_and_remove(as_, gap, coordinator):
    client, base = as_(coordinator), f"{GAPS}{gap.pk}/"

    assert "Write the reason." in client.post(f"{base}correct/", typed()).content.decode()
    seal = seen(client, f"{base}correct/")
    assert client.post(f"{base}correct/", typed(reason="A slip.", since="2011-05") | seal).url == base
    gap.refresh_from_db()
    assert (gap.starts_on, gap.explanation) == (date(2011, 5, 1), "Nobody was named.")
    assert "The end must be after the first day." in client.post(f"{base}end/", {"until": "2011"}).content.decode()
    assert client.post(f"{base}end/", {"until": "2016-05"}).url == base
    assert not build_matrix(gap.setting.mechanism, date(2016, 5, 1)).gaps
    GapInquiry.objects.create(gap=gap, asked="The ministry", asked_on=date(2014, 1, 1), question="Why?")
    assert "Somebody was asked" in client.post(f"{base}remove/", {"reason": "No."}).content.decode()
    gap.inquiries.all().delete()
    assert client.post(f"{base}remove/", {"reason": "Never was."}).url == GAPS
    assert not CoverageGap.objects.exists()


def test_report_text_in_both_languages(as_, gap, coordinator):
    client, path = as_(coordinator), f"{GAPS}{gap.pk}/text/"
    empty = client.get(path).content.decode()
    assert "No text of its own is written yet." in empty
    assert gap.explanation in empty
    client.post(path, {"english": "In the report.", "dutch": "In het verslag."} | seen(client, path))

    gap.refresh_from_db()
    assert (gap.report_text, gap.report_text_nl) == ("In the report.", "In het verslag.")
    assert "No text of its own" not in client.get(path).content.decode()


def test_note_explains_several_cells_at_once(as_, mechanism, layer, coordinator):
    data = typed(jurisdictions=["north", "south"], kind="no_places", explanation="There are none.")

    assert as_(coordinator).post(f"{DESK}notes/new/", data).url == GAPS

    assert CoverageNote.objects.count() == 2
    assert not to_explain(build_matrix(mechanism, ON))


def test_expected_layers_on_screen(as_, mechanism, coordinator, layer):
    client, path = as_(coordinator), f"{DESK}layers/"

    twice = client.post(path, typed(since="2013"))
    assert "said already that this setting should have this layer" in twice.content.decode()
    assert client.post(path, typed(layer="commissioner")).url == path
    assert ExpectedLayer.objects.count() == 2
    assert "This layer is no longer expected" in client.get(f"{path}{layer.pk}/end/").content.decode()
    assert client.post(f"{path}{layer.pk}/end/", {"until": "2014"}).url == path
    assert ExpectedLayer.objects.get(pk=layer.pk).ends_on == date(2014, 1, 1)


def test_queries_of_the_gaps_do_not_grow(as_, mechanism, gap, coordinator, django_assert_max_num_queries):
    for n in range(12):
        row = CoverageGap.objects.create(
            setting=gap.setting, layer="lay", key=f"gap-{n}", starts_on=ON, source=SourceFactory(), explanation="-"
        )
        row.jurisdictions.set(mechanism.jurisdictions.all())
        GapInquiry.objects.create(gap=row, asked="The ministry", asked_on=ON, question="Why?")
        RemitFactory(setting=gap.setting, bodies=[BodyFactory(mechanism=mechanism, slug=f"b-{n}")])
    client = as_(coordinator)
    client.get(GAPS)

    with django_assert_max_num_queries(22):
        client.get(GAPS)


def test_gap_closes_in_some_of_its_jurisdictions_and_goes_on_in_the_others(as_, gap, mechanism, coordinator):
    north, south = mechanism.jurisdictions.order_by("position")
    gap.jurisdictions.set([north, south])
    path = f"{GAPS}{gap.pk}/end/"
    client = as_(coordinator)
    assert client.get(path).context["form"]["closed_in"].value() == ["north", "south"]
    assert "closed_in" in client.post(path, {"until": "2016-05", "closed_in": ["nowhere"]}).context["form"].errors

    client.post(path, {"until": "2016-05", "closed_in": ["south"]})

    old, new = CoverageGap.objects.order_by("starts_on")
    assert (old.pk, old.ends_on, new.starts_on, new.ends_on) == (gap.pk, date(2016, 5, 1), date(2016, 5, 1), None)
    assert list(new.jurisdictions.all()) == [north]
    assert (new.explanation, new.layer, new.source) == (old.explanation, old.layer, old.source)
    before, after = (build_matrix(mechanism, day).gaps for day in (date(2016, 4, 30), date(2016, 5, 1)))
    assert [found.jurisdictions for found in (*before, *after)] == [("north", "south"), ("north",)]
    assert RegisterChange.objects.filter(record="members.coveragegap").count() == 2

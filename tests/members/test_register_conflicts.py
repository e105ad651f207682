"""Two people correct the same entry: the second sees both versions and replaces the first knowingly, or not at all."""

from datetime import date

import pytest
from django.forms import CheckboxInput

from members.actions import register_facts, register_lists
from members.actions.register_facts import RegisterError
from members.models import CoverageGap, DetentionSetting, GapInquiry, MemberBody, RegisterChange, Remit
from members.register_kinds import KINDS
from tests.factories import RemitFactory, SourceFactory

DESK = "/examplia/desk/"
SAID = "Somebody else has changed this entry since you opened it."


@pytest.fixture
def keeper(as_, coordinator):
    return as_(coordinator)


@pytest.fixture
def cells(mechanism, alpha):
    return {"setting": mechanism.settings.first(), "source": SourceFactory(), "starts_on": date(2015, 1, 1)}


def sent_back(client, path):
    """Return what a browser would send from the form at ``path``."""
    form, data = client.get(path).context["form"], {}
    for name in form.fields:
        widget, value = form.fields[name].widget, form[name].value()
        if isinstance(widget, CheckboxInput):
            data |= {name: "on"} if value else {}
        elif (shown := widget.format_value(value)) not in (None, "", []):
            data[name] = shown
    return data | {"reason": "A slip."}


def both(client, path, field, mine, theirs, **extra):
    """Open the form twice, send it twice; return the answer to the second and what it sends then."""
    first, second = sent_back(client, path), sent_back(client, path)
    assert client.post(path, first | {field: theirs} | extra).status_code == 302
    answer = client.post(path, second | {field: mine} | extra)
    return answer, second | {field: mine} | extra


def seal_in(answer):
    return answer.context["form"]["seen"].value()


def check(client, path, field, mine, theirs, stored):
    answer, data = both(client, path, field, mine, theirs)

    html = answer.content.decode()
    assert (answer.status_code, SAID in html) == (409, True)
    differences = {d.label: (d.stored, d.typed) for d in answer.context["differences"]}
    assert list(differences.values()) == [(theirs, mine)]
    assert stored() == theirs
    assert client.post(path, data | {"seen": seal_in(answer)}).status_code == 302
    assert stored() == mine


def test_fact(keeper, alpha):
    name = alpha.names.get()

    check(
        keeper,
        f"{DESK}register/facts/names/{name.pk}/correct/",
        "name_en",
        "Mine",
        "Theirs",
        lambda: alpha.names.get().name_en,
    )
    assert [c.before["name_en"] for c in RegisterChange.objects.all()] == ["Theirs", "Alpha Inspectorate"]


def test_day_and_choice_are_said_in_words(keeper, alpha):
    designation = alpha.designations.get()
    path = f"{DESK}register/facts/designations/{designation.pk}/correct/"
    opened = sent_back(keeper, path)
    keeper.post(path, sent_back(keeper, path) | {"starts_on": "2010-05", "takes_part": "false"})

    answer = keeper.post(path, opened | {"status": "observer"})

    said = {(d.stored, d.typed) for d in answer.context["differences"]}
    assert said == {("2010-05", "2009-04-01"), ("No", "Yes"), ("designated member", "observer")}


def test_count_of_staff_with_its_professions(keeper, alpha):
    path = f"{DESK}register/bodies/alpha/facts/workforce/add/"
    source = {"new_source_title": "Yearbook"}
    keeper.post(path, source | {"kind": "staff", "counted_on": "2020-12-31", "people": "5", "professions": "law: 2"})
    count = alpha.workforce.get()

    check(
        keeper,
        f"{DESK}register/facts/workforce/{count.pk}/correct/",
        "professions",
        "law: 1",
        "law: 3",
        lambda: "\n".join(f"{p.name}: {p.people}" for p in count.professions.all()),
    )


def test_body(keeper, alpha):
    check(
        keeper,
        f"{DESK}register/bodies/alpha/change/",
        "works_note",
        "Mine",
        "Theirs",
        lambda: MemberBody.objects.get(pk=alpha.pk).works_note,
    )


def test_entry_of_a_list(keeper, mechanism):
    setting = mechanism.settings.first()
    check(
        keeper,
        f"{DESK}register/lists/settings/{setting.pk}/change/",
        "name_en",
        "Mine",
        "Theirs",
        lambda: DetentionSetting.objects.get(pk=setting.pk).name_en,
    )


def test_mechanism(keeper, mechanism):
    def stored():
        mechanism.refresh_from_db()
        return mechanism.about_en

    check(keeper, f"{DESK}register/mechanism/", "about_en", "Mine", "Theirs", stored)


@pytest.mark.parametrize(
    ("page", "field", "column"), [("correct", "explanation", "explanation"), ("text", "english", "report_text")]
)
def test_gap(keeper, mechanism, cells, page, field, column):
    gap = CoverageGap.objects.create(layer="lay", key="gap", explanation="Nobody.", **cells)
    gap.jurisdictions.set(mechanism.jurisdictions.all()[:1])

    check(
        keeper,
        f"{DESK}gaps/{gap.pk}/{page}/",
        field,
        "Mine",
        "Theirs",
        lambda: getattr(CoverageGap.objects.get(), column),
    )


def test_answer_about_a_gap(keeper, cells):
    gap = CoverageGap.objects.create(layer="lay", key="gap", explanation="Nobody.", **cells)
    inquiry = GapInquiry.objects.create(gap=gap, asked="Ministry", asked_on=date(2020, 1, 1), question="Who?")

    check(
        keeper,
        f"{DESK}gaps/{gap.pk}/inquiries/{inquiry.pk}/answer/",
        "answer",
        "Mine",
        "Theirs",
        lambda: GapInquiry.objects.get().answer,
    )


@pytest.mark.parametrize("page", ["correct", "change"])
def test_remit_is_previewed_anew_on_what_stands_now(keeper, mechanism, alpha, beta, cells, page):
    north = mechanism.jurisdictions.first()
    remit = RemitFactory(setting=cells["setting"], bodies=[alpha], spanning=[north])
    path = f"{DESK}coverage/remits/{remit.pk}/{page}/"
    opened = sent_back(keeper, path) | {"source": str(SourceFactory().pk), "since": "2018-01-01"}
    Remit.objects.filter(pk=remit.pk).update(note="Corrected by somebody else.")

    answer = keeper.post(path, opened | {"step": "preview"})

    assert (answer.status_code, SAID in answer.content.decode()) == (409, True)
    again = keeper.post(path, opened | {"step": "preview", "seen": seal_in(answer)})
    assert again.status_code == 200
    assert again.context["comparison"]
    keeper.post(path, opened | {"step": "save", "previewed": answer.context.get("seal", ""), "confirmed": "on"})
    assert Remit.objects.count() == 1
    saved = {"step": "save", "seen": seal_in(answer), "previewed": again.context["seal"], "confirmed": "on"}
    assert keeper.post(path, opened | saved).status_code == 302


@pytest.mark.parametrize("seen", ["", "x" * 64, "\x00", "9" * 5000])
def test_what_is_no_seal_is_one_that_nothing_has(keeper, alpha, seen):
    path = f"{DESK}register/facts/names/{alpha.names.get().pk}/correct/"

    answer = keeper.post(path, sent_back(keeper, path) | {"name_en": "Mine", "seen": seen})

    assert answer.status_code == 409
    assert alpha.names.get().name_en == "Alpha Inspectorate"


def test_entry_that_somebody_has_removed_meanwhile(mechanism, alpha, coordinator):
    name, setting = alpha.names.get(), mechanism.settings.last()
    type(name).objects.filter(pk=name.pk).delete()
    type(setting).objects.filter(pk=setting.pk).delete()
    common = {"mechanism": mechanism, "reason": "A slip.", "by": coordinator}

    for act in (
        lambda: register_facts.correct_fact(kind=KINDS["names"], row=name, values={"name_en": "X"}, **common),
        lambda: register_facts.remove_fact(kind=KINDS["names"], row=name, **common),
        lambda: register_lists.change_entry(row=setting, values={"name_en": "X"}, **common),
    ):
        with pytest.raises(RegisterError, match="removed this entry"):
            act()
    assert not register_lists.move_entry(row=setting, mechanism=mechanism, is_up=True, by=coordinator)

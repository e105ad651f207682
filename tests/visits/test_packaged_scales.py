"""The packaged scales of real members: loaded with the register, once; what is there stays."""

import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count

from members.models import Mechanism, MemberBody
from npmportal.models import AuditEvent
from tests.factories import person
from visits.actions.versions import new_version, publish
from visits.models import RatingScale, ScaleVersion
from visits.reference.scales import FOLDER, BadScales, load_scales


def run(*mechanisms):
    out = StringIO()
    call_command("load_reference", *mechanisms, stdout=out)
    return out.getvalue()


@pytest.fixture
def uk(db):
    run("uk")
    return Mechanism.objects.get(slug="uk")


def test_scales_come_with_the_register_and_a_second_run_changes_nothing(uk):
    again = run("uk")

    counts = ScaleVersion.objects.annotate(n=Count("standards", distinct=True), g=Count("grades", distinct=True))
    found = {(v.scale.slug, v.starts_on.year): (v.n, v.g) for v in counts.select_related("scale")}
    assert found == {
        ("hmip-tests", 2017): (4, 4),
        ("hmip-tests", 2023): (5, 4),
        ("hmips-standards", 2018): (9, 6),
        ("lo-expectations", 2018): (5, 0),
        ("imb-headings", 2018): (4, 0),
    }
    assert "Rating scales" not in again
    assert AuditEvent.objects.filter(action="scales.loaded").count() == 1
    assert RatingScale.objects.get(slug="hmip-tests").versions.get(starts_on__year=2017).ends_on == date(2023, 1, 1)


def test_dutch_frames_judge_in_words(db):
    said = run("nl")

    assert said.endswith("Rating scales new: ist-audit-frame, police-custody-frame.\n")
    assert [str(s.name_nl) for s in ScaleVersion.objects.get(scale__slug="ist-audit-frame").standards.all()][
        0
    ] == "Rechtspositie"


def test_what_a_body_published_itself_is_left_alone(uk):
    scale = RatingScale.objects.get(slug="hmip-tests")
    lead = person("body_lead", scale.body)
    publish(version=new_version(owner=scale, by=lead), starts_on=date(2025, 1, 1), by=lead)
    before = list(scale.versions.values_list("starts_on", "ends_on"))

    assert load_scales(uk) == ""

    assert list(scale.versions.values_list("starts_on", "ends_on")) == before


def test_body_that_the_register_does_not_know_is_left_out(uk):
    RatingScale.objects.exclude(slug="hmip-tests")
    MemberBody.objects.filter(slug="hmips").update(slug="renamed-on-screen")

    assert load_scales(uk) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("settings: [court-custody]", "settings: [courts]", "one of its settings"),
        ("{en: Dignity, nl: Waardigheid}", "{number: 1}", "a name is missing"),
    ],
)
def test_mistake_in_the_file_is_named_and_nothing_is_stored(mechanism, tmp_path, old, new, said):
    folder = shutil.copytree(FOLDER, tmp_path / "scales")
    text = (folder / "uk.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "examplia.yaml").write_text(text.replace(old, new), encoding="utf-8")
    from tests.factories import BodyFactory, SettingFactory

    BodyFactory(mechanism=mechanism, slug="lo")
    SettingFactory(mechanism=mechanism, slug="court-custody")

    with pytest.raises(BadScales, match=said):
        load_scales(mechanism, folder)

    assert not RatingScale.objects.exists()

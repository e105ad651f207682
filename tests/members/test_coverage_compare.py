"""Two days compared, and the matrix as a picture and as a page of PDF."""

import csv
import io
from datetime import date
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import page
import pikepdf
import pytest
from django.urls import reverse

from members.coverage import build_matrix
from members.coverage.compare import compare
from members.coverage.picture import draw
from members.models import BodyName, DetentionSetting
from npmportal.models import AuditEvent
from tests.factories import RemitFactory, SettingFactory
from tests.reports.pdf_text import text_of

COMPARE = "/examplia/coverage/compare/"
SVG = "{http://www.w3.org/2000/svg}"


def told(comparison):
    return {(d.setting.en, d.layer, tuple(name.en for name in d.where), d.words) for d in comparison.differences}


def test_united_kingdom_from_2014_to_2023(uk):
    found = compare(build_matrix(uk, date(2014, 1, 1)), build_matrix(uk, date(2023, 1, 1)))

    assert told(found) == {
        ("Prisons", "lay", ("Scotland",), ("added: HMIPS (lead, through its Independent Prison Monitors)",)),
        ("Police custody", "inspection", ("England", "Wales"), ("added: CQC (with)", "ended: HMIP (jointly)")),
        ("Police custody", "lay", ("Northern Ireland",), ("gap closed: non-designated police cells",)),
        (
            "Detention under terrorism law", "commissioner", ("England", "Wales", "Scotland", "Northern Ireland"),
            ("added: IRTL (lead, for people held for more than 48 hours under the Terrorism Act 2000)",),
        ),
    }  # fmt: skip
    assert {(r.before[1], r.after[1]) for r in found.renamed} == {
        ("HMIC", "HMICFRS"), ("CSSIW", "CIW"), ("OCC", "CCE")
    }  # fmt: skip
    police = next(d for d in found.differences if d.layer == "inspection")
    assert (police.before.text, police.after.text) == ("HMIC and HMIP", "HMICFRS with CQC")
    assert police.before.sources != police.after.sources


def test_netherlands_over_the_night_to_1_april_2024(nl):
    before, after = build_matrix(nl, date(2024, 3, 31)), build_matrix(nl, date(2024, 4, 1))

    found = compare(before, after)

    prisons = {
        d.layer: d for d in found.differences if d.setting.en.startswith("Prisons") and d.where[0].en == "European part"
    }
    assert any(words.startswith("added: College") for words in prisons["inspection"].words)
    assert "ended: IJenV (lead)" in prisons["inspection"].words
    assert prisons["lay"].words == ("ended: CvT (separately)",)
    assert compare(after, after).is_same


def test_change_of_relation_and_scope_is_told(mechanism, alpha):
    prisons, north = mechanism.settings.get(slug="prisons"), mechanism.jurisdictions.get(slug="north")
    RemitFactory(setting=prisons, bodies=[alpha], spanning=[north], ends_on=date(2015, 1, 1))
    later = RemitFactory(setting=prisons, bodies=[alpha], spanning=[north], starts_on=date(2015, 1, 1))
    later.parts.update(relation="separately", scope="in relation to huts")

    found = compare(build_matrix(mechanism, date(2014, 1, 1)), build_matrix(mechanism, date(2015, 1, 1)))

    assert [d.words for d in found.differences] == [
        ("changed: ALPHA (lead), now ALPHA (separately, in relation to huts)",)
    ]


def test_compare_pages_answer(client, as_, mechanism, alpha_reader, stranger):
    asked = "?from=2014-01-01&to=2015-01-01"
    desk = f"/examplia/desk/coverage/compare/{asked}"

    assert "Nothing differs" in client.get(f"{COMPARE}{asked}").content.decode()
    assert client.get(COMPARE).context["comparison"] is False
    assert as_(alpha_reader).get(desk).status_code == 200
    assert as_(stranger).get(desk).status_code == 404
    assert client.get(desk).url.startswith(reverse("account_login"))
    assert client.post(COMPARE).status_code == 405


@pytest.mark.parametrize("asked", ["from=x&to=2015-01-01", "from=2014-01-01&to=%00", "from=2015-01-01&to=2014-01-01"])
def test_bad_days_are_said(client, mechanism, asked):
    response = client.get(f"{COMPARE}?{asked}")

    assert response.status_code == 200
    assert response.context["has_errors"]
    assert response.context["comparison"] is False
    assert client.get(f"/examplia/coverage/compare.csv?{asked}").status_code == 400


def test_compare_as_data(client, uk):
    response = client.get("/uk/coverage/compare.csv?from=2014-01-01&to=2023-01-01")

    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 7
    assert rows[1]["what"] == "added: CQC (with); ended: HMIP (jointly)"
    assert [row["what"] for row in rows if row["kind"] == "renamed"][-1] == "HMIC is now HMICFRS"


# -- Files ------------------------------------------------------------------------------------------------------------


def words_of(picture):
    return " ".join("".join(text.itertext()) for text in ET.fromstring(picture.encode()).iter(f"{SVG}tspan"))


def test_picture_of_the_brochure_has_its_words_and_fits_a_slide(uk):
    picture = draw(build_matrix(uk, date(2014, 1, 1)), uk.name)

    root = ET.fromstring(picture.encode())
    assert (root.get("width"), root.get("height")) == ("1280", "720")
    assert root.find(f"{SVG}title").text.startswith("United Kingdom")
    assert root.find(f"{SVG}desc").text
    words = words_of(picture)
    for cell in ("HMIP with CQC and Ofsted", "HMIC and HMIP", "No monitor", "CI and MWCS"):
        assert cell in words
    assert picture.count('fill="url(#hatch)"') == 6 + 1  # the empty cells of the table, and the key
    sizes = {float(text.get("font-size")) for text in root.iter(f"{SVG}text")}
    assert min(sizes) >= 12
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_picture_stays_well_formed_with_hostile_names(mechanism, alpha):
    hostile = "</text><script>alert(1)</script>&\x0b]]>\ufffe\"'"
    prisons = mechanism.settings.get(slug="prisons")
    RemitFactory(setting=prisons, bodies=[alpha], spanning=list(mechanism.jurisdictions.all()))
    BodyName.objects.update(abbreviation="</a><b>\x01&")
    DetentionSetting.objects.update(name_en=hostile)

    picture = draw(build_matrix(mechanism, date(2014, 1, 1)), hostile)

    root = ET.fromstring(picture.encode())
    assert not [node.tag for node in root.iter() if node.tag.endswith(("script", "}b", "}a"))]
    assert "script" in words_of(picture)


def test_picture_of_a_large_register_grows_instead_of_becoming_unreadable(mechanism, alpha):
    for n in range(60):
        setting = SettingFactory(mechanism=mechanism, slug=f"setting-{n}", position=n)
        RemitFactory(setting=setting, bodies=[alpha], spanning=list(mechanism.jurisdictions.all()))

    root = ET.fromstring(draw(build_matrix(mechanism, date(2014, 1, 1)), "-").encode())

    assert int(root.get("height")) > 720


def test_picture_is_handed_out_inert(client, mechanism):
    response = client.get("/examplia/coverage.svg?on=2014-01-01")

    assert response["Content-Type"].startswith("image/svg+xml")
    assert response["Content-Disposition"] == 'attachment; filename="examplia-coverage-2014-01-01.svg"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get("/examplia/coverage.svg?on=x").status_code == 400
    assert client.post("/examplia/coverage.svg").status_code == 405


def test_page_of_pdf_is_accessible_and_for_the_desk(client, as_, uk, tmp_path):
    from tests.factories import person

    path = "/uk/desk/coverage/matrix.pdf?on=2014-01-01"
    reader = as_(person("body_reader", uk.bodies.get(slug="hmip")))

    response = reader.get(path)

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    (tmp_path / "coverage.pdf").write_bytes(response.content)
    assert page.validate_pdf(str(tmp_path / "coverage.pdf"), profile="ua1").is_compliant
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("en")
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        width, height = pdf.pages[0].mediabox[2:]
        assert width > height
        first, second = (text_of(SimpleNamespace(pages=[sheet])) for sheet in pdf.pages)
    for words in ("asat1January2014", "8gapsrecorded", "HMIPwithCQCandOfsted", "Nomonitor:asourcesays", "1/2"):
        assert words in first
    for words in ("Gaps:whatnobodymonitors", "militaryguardhouses", "CareQualityCommission", "Sources", "asat1January"):
        assert words in second
    assert AuditEvent.objects.filter(action="coverage.downloaded").count() == 1
    assert reader.get("/uk/desk/coverage/matrix.pdf?on=x").status_code == 400
    assert client.get(path).url.startswith(reverse("account_login"))


def test_page_of_pdf_is_not_for_strangers(as_, mechanism, stranger):
    assert as_(stranger).get("/examplia/desk/coverage/matrix.pdf").status_code == 404

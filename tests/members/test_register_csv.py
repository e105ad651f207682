import csv
import io
from datetime import date

from members.models import BodyName, CoverageGap
from tests.factories import RemitFactory, SourceFactory

SECRET = "told by telephone, in confidence"


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_members_csv_says_who_was_a_member_and_where_it_was_read(client, uk):
    response = client.get("/uk/members.csv?on=2013-12-03")

    rows = rows_of(response)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="uk-members-2013-12-03.csv"'
    assert len(rows) == 20
    hmip = next(row for row in rows if row["slug"] == "hmip")
    assert (hmip["abbreviation"], hmip["since"], hmip["coordinates"]) == ("HMIP", "2009-03-31", "yes")
    assert hmip["source_url"].startswith("https://")
    assert {row["as_at"] for row in rows} == {"2013-12-03"}


def test_coverage_csv_holds_remits_gaps_and_what_is_not_recorded(client, uk, nl):
    rows = rows_of(client.get("/uk/coverage.csv?on=2014-01-01"))
    dutch = rows_of(client.get("/nl/coverage.csv?on=2020-01-01"))

    remits = [row for row in rows if row["since"] == "2013-12-03" and not row["kind_of_place"] and row["confidence"]]
    assert len(remits) == 36
    police = next(row for row in remits if row["setting"] == "Police custody")
    assert (police["jurisdictions"], police["in_words"], police["relations"]) == (
        "England; Wales",
        "HMIC and HMIP",
        "HMIC lead; HMIP jointly",
    )
    assert any(row["kind_of_place"] == "non-designated police cells" and row["state"] == "no monitor" for row in rows)
    assert any(row["state"] == "not recorded" for row in dutch)
    assert any(row["since"] == "2017-10" for row in dutch)


def test_csv_is_the_same_in_either_language(client, uk):
    english = b"".join(client.get("/uk/coverage.csv?on=2014-01-01").streaming_content)
    client.cookies["language"] = "nl"

    assert b"".join(client.get("/uk/coverage.csv?on=2014-01-01").streaming_content) == english


def test_no_cell_begins_a_formula(client, mechanism, alpha):
    alpha.names.update(ends_on=date(2010, 1, 1))
    BodyName.objects.create(
        body=alpha, name_en="=HYPERLINK(1)", abbreviation="+A", starts_on=date(2010, 1, 1), source=SourceFactory()
    )

    row = rows_of(client.get("/examplia/members.csv"))[0]

    assert (row["name_en"], row["abbreviation"]) == ("'=HYPERLINK(1)", "'+A")


def test_notes_are_for_the_network_s_own_people_in_files_as_on_pages(
    client, as_, mechanism, alpha, alpha_reader, stranger
):
    alpha.designations.update(note=SECRET)
    since = {"starts_on": date(2010, 1, 1), "source": SourceFactory()}
    BodyName.objects.create(body=alpha, name_en="Other", abbreviation="OTH", is_used=False, note=SECRET, **since)
    setting, place = mechanism.settings.get(slug="prisons"), mechanism.jurisdictions.get(slug="north")
    RemitFactory(setting=setting, bodies=[alpha], spanning=[place], note=SECRET)
    gap = CoverageGap.objects.create(
        setting=setting, layer="lay", key="gap", explanation="No law yet.", note=SECRET, **since
    )
    gap.jurisdictions.add(place)

    def holds(who, address):
        answer = (who if who is client else as_(who)).get(f"/examplia/{address}")
        assert answer.status_code == 200
        return SECRET in (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()

    public = ("members.csv", "coverage.csv", "members/", "members/alpha/", "coverage/", "history/?what=all",
              "coverage.svg", "coverage/cell/?setting=prisons&jurisdiction=north&layer=inspection",
              "coverage/compare.csv")  # fmt: skip
    assert [address for address in public if holds(client, address) or holds(stranger, address)] == []
    for address in ("members.csv", "coverage.csv", "desk/members/alpha/"):
        assert holds(alpha_reader, address), address
    assert "No law yet." in b"".join(client.get("/examplia/coverage.csv").streaming_content).decode()

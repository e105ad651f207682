"""What nobody said of a visit is not recorded: what gave rise to it stays open until somebody says so."""

import csv
import io
import json
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse
from lxml import html as parser

from tests.factories import VisitFactory
from tests.visits.plan_tools import make_plan
from visits.models import Visit
from visits.models.completeness import gaps_in, parts_of

SEES = frozenset({"time_in", "time_out", "trigger", "validity"})


def url(name, **kwargs):
    return reverse(f"visits:{name}", kwargs={"npm": "examplia"} | kwargs)


def names_in(page, path):
    return {field.get("name") for field in parser.document_fromstring(page).xpath(path) if field.get("name")}


# -- The form ---------------------------------------------------------------------------------------------------------
def test_form_records_no_trigger_that_nobody_chose(as_, alpha_monitor, entered):
    del entered["trigger"]

    as_(alpha_monitor).post(url("visit_create"), entered)

    assert Visit.objects.get().trigger == ""


def test_choice_of_the_trigger_begins_with_not_recorded(as_, alpha_monitor, prison):
    page = as_(alpha_monitor).get(url("visit_create")).text

    (select,) = parser.document_fromstring(page).xpath("//select[@name='trigger']")
    assert (select[0].get("value"), select[0].text) == ("", "Not recorded")
    assert select.xpath("option[@selected]") in ([], [select[0]])


def test_how_the_visit_was_made_is_seen_and_what_is_folded_says_nothing_of_itself(as_, alpha_monitor, prison):
    page = as_(alpha_monitor).get(url("visit_create")).text

    folded = names_in(page, "//details[@class='more']//*")
    assert {"mode", "validity", "notice"} <= names_in(page, "//form//*") - folded
    assert "trigger" in folded
    assert not parser.document_fromstring(page).xpath("//details[@class='more'][@open]")


@pytest.mark.parametrize(("trigger", "is_open"), [("", False), ("programme", True), ("request", True)])
def test_part_with_a_trigger_stands_open(as_, alpha_monitor, entered, trigger, is_open):
    form = as_(alpha_monitor).post(url("visit_create"), entered | {"notice": "", "trigger": trigger}).context["form"]

    assert form.errors.keys() == {"notice"}
    assert form.sections["partners"] is is_open


def test_trigger_of_a_plan_goes_on_to_its_visit(as_, alpha_monitor, alpha, prison):
    plan = make_plan(prison, alpha, by=alpha_monitor, starts_on=date.today(), trigger="intelligence")

    form = as_(alpha_monitor).get(url("visit_create"), {"plan": str(plan.pk)}).context["form"]

    assert form["trigger"].value() == "intelligence"
    assert form.sections["partners"]


# -- Where it is read -------------------------------------------------------------------------------------------------
def test_page_and_feed_say_that_it_was_not_recorded(as_, alpha_monitor, draft, entered):
    client = as_(alpha_monitor)
    there = url("visit_detail", pk=draft.pk)
    fact = "//dt[text()='Trigger']/following-sibling::dd[1]"
    (said,) = parser.document_fromstring(client.get(there).text).xpath(fact)
    assert said.text_content().strip() == "Not recorded"

    for trigger in ("programme", ""):
        version = Visit.objects.get(pk=draft.pk).version
        changed = {"version": version, "trigger": trigger, "access": "full"}
        client.post(url("visit_change", pk=draft.pk), entered | changed)

    page = " ".join(parser.document_fromstring(client.get(there).text).text_content().split())
    assert "Trigger: Not recorded → programme" in page
    assert "Trigger: programme → Not recorded" in page


def test_files_leave_it_empty(as_, alpha_lead, draft):
    client = as_(alpha_lead)

    (record,) = json.loads(client.get(url("visits_json")).getvalue())["visits"]
    (row,) = csv.DictReader(io.StringIO(client.get(url("visits_csv")).getvalue().decode("utf-8-sig")))

    assert record["trigger"] is None
    assert row["trigger"] == ""


def test_filter_by_the_programme_finds_none_of_which_nobody_said_it(as_, alpha_lead, draft):
    told = VisitFactory(place=draft.place, lead_body=draft.lead_body, trigger="programme")

    rows = as_(alpha_lead).get(url("visit_list"), {"trigger": "programme"}).context["rows"]

    assert [row.pk for row in rows] == [told.pk]


def test_index_of_rare_triggers_leaves_out_both_frequent_ones_and_is_used(draft):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'visits_visit_trigger'")
        ((definition,),) = cursor.fetchall()
        cursor.execute("SET LOCAL enable_seqscan = off")
    condition = definition.partition("WHERE")[2]
    plans = {
        trigger: Visit.objects.filter(mechanism=draft.mechanism, trigger=trigger).newest_first().explain()
        for trigger in ("", *Visit.Trigger.values)
    }

    assert "''" in condition
    assert "'programme'" in condition
    used = {trigger for trigger, plan in plans.items() if "visits_visit_trigger" in plan}
    assert used == set(Visit.Trigger.values) - {"programme"}


# -- What is missing --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("validity", Visit.Validity.values)
def test_annual_return_asks_for_the_trigger_at_a_closed_door_too(draft, validity):
    draft.validity, draft.time_in, draft.time_out = validity, "09:00", "11:00"

    (times,) = (part for part in parts_of(draft, SEES) if part.name == "times")
    assert (times.status, times.missing, times.first_missing) == ("in_progress", ["trigger"], "trigger")
    draft.trigger = "request"
    (times,) = (part for part in parts_of(draft, SEES) if part.name == "times")
    assert times.is_complete


def test_handing_in_does_not_ask_for_the_trigger(draft):
    assert draft.trigger == ""
    assert gaps_in(draft) == []

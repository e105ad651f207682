"""The pieces of pages: what they print, and that what people typed stays text."""

from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from npmportal.models import Job

NASTY = "<script>alert(1)</script><img src=file:///etc/passwd>"


def show(text, **context):
    return Template("{% load components %}" + text).render(Context(context))


@pytest.mark.parametrize(
    "text",
    [
        "{% page_header title=x lead=x above=x %}{{ x }}{% end_page_header %}",
        "{% notice title=x %}{{ x }}{% end_notice %}",
        "{% data_table caption=x note=x %}<tbody><tr><td>{{ x }}</td></tr></tbody>{% end_data_table %}",
        "{% empty_state title=x %}{{ x }}{% end_empty_state %}",
        "{% filter_panel reset_url=x %}{{ x }}{% end_filter_panel %}",
        "{% summary_list %}{% fact x x note=x url=x %}{% end_summary_list %}",
        "{% timeline_item at=now title=x by=x %}{{ x }}{% end_timeline_item %}",
        "{% confirm_form action=x label=x cancel_url=x %}{{ x }}{% end_confirm_form %}",
        "{% status_tag x x %}",
        "{% download_link x x kind=x %}",
        "{% crumb x x %}",
    ],
)
def test_what_people_typed_stays_text(text):
    page = show(text, x=NASTY, now=timezone.now())

    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "<img" not in page


def test_buttons_of_a_page_header_are_printed_as_they_are():
    page = show(
        '{% page_header title="T" %} <a class="button" href="/x/">{{ words }}</a> {% end_page_header %}', words="A&B"
    )

    assert '<a class="button" href="/x/">A&amp;B</a>' in page


def test_fact_tells_not_recorded_from_nought():
    assert "Not recorded" in show("{% fact 'People' value %}", value=None)
    assert "Not recorded" in show("{% fact 'People' value %}", value="")
    assert "Not recorded" not in show("{% fact 'People' value %}", value=0)
    assert "<dd>0" in show("{% fact 'People' value %}", value=0)


def test_two_tables_on_a_page_have_names_of_their_own():
    table = '{% data_table caption="C" %}<tbody></tbody>{% end_data_table %}'

    page = show(table + table)

    assert page.count('id="table-1"') == page.count('id="table-2"') == 1


def test_status_has_a_tone_and_words():
    assert '<span class="tag tag-bad">failed</span>' in show("{% status_tag 'failed' 'failed' %}")
    assert "tag-plain" in show("{% status_tag 'something-new' 'new' %}")


def test_confirmation_carries_the_token():
    request = RequestFactory().get("/")

    page = show("{% confirm_form action='/x/' label='Do it' %}{% end_confirm_form %}", request=request)

    assert "csrfmiddlewaretoken" in page


def test_progress_says_how_far_it_is_and_asks_again_only_while_it_lives():
    job = Job(state=Job.State.RUNNING, progress_done=3, progress_total=9, progress_label="Coverage matrix")
    page = show("{% progress job url='/p/' %}", job=job)
    assert "3 of 9: Coverage matrix" in page
    assert 'hx-get="/p/"' in page
    assert '<progress max="9" value="3"' in page

    job.state = Job.State.FAILED
    job.error = "The disk is full."
    page = show("{% progress job url='/p/' %}", job=job)
    assert "The disk is full." in page
    assert "hx-get" not in page


def test_day_asked_for_keeps_the_filters_that_are_named():
    request = RequestFactory().get("/", {"q": "north & south", "page": "3", "on": "2014-01-01"})

    page = show("{% as_at on keep='q' %}", on=timezone.now().date(), request=request)

    assert '<input type="hidden" name="q" value="north &amp; south">' in page
    assert 'name="page"' not in page


def test_download_says_what_it_is():
    page = show("{% download_link '/r/' 'Report' kind='PDF' size=2048 pages=12 %}")

    assert "PDF, 12 pages, 2.0\xa0KB" in page


def test_pager_links_only_to_pages_there_are():
    page = SimpleNamespace(first_url=None, previous_url=None, next_url="?after=x", last_url="?page=last")

    text = show('{% include "_components/pager.html" %}', page=page)

    assert "Older" in text
    assert "Last" in text
    assert "Newer" not in text
    assert "First" not in text


class TryForm(forms.Form):
    name = forms.CharField(help_text="As on the <b>door</b>", widget=forms.TextInput(attrs={"placeholder": "Name"}))
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    note = forms.CharField(required=False)
    agreed = forms.BooleanField(required=False)


def test_field_has_its_label_hint_and_error_tied_to_it():
    page = " ".join(str(TryForm({"name": ""})).split()).replace(" </label>", "</label>")

    assert '<label for="id_name">Name</label>' in page
    assert "As on the &lt;b&gt;door&lt;/b&gt;" in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'aria-invalid="true"' in page
    assert page.index("id_name_helptext") < page.index('<input type="text" name="name"')
    assert "placeholder" not in page
    assert 'Note <span class="mark">(optional)</span></label>' in page


def test_error_summary_links_to_each_field_and_for_radios_to_the_first():
    page = show('{% include "_components/error_summary.html" %}', form=TryForm({}))

    assert "There is a problem" in page
    assert '<a href="#id_name">Name: ' in page
    assert 'href="#id_kind_0"' in page
    assert 'id="id_kind_0"' in str(TryForm({}))


def test_error_summary_is_not_there_without_errors():
    assert show('{% include "_components/error_summary.html" %}', form=TryForm()).strip() == ""


def test_list_of_one_page_has_no_pager():
    sizes = [SimpleNamespace(number=50, url="?size=50", is_chosen=True)]
    page = SimpleNamespace(first_url=None, previous_url=None, next_url=None, last_url=None, sizes=sizes, is_only=True)

    assert show('{% include "_components/pager.html" %}', page=page).strip() == ""

"""The pages in Dutch, whose words are longer, and the forms that came back with errors, in both languages.

The walk in English (test_every_page) looks at everything; here each kind of page is opened once, narrow, for what
another language can break: room, and the names that screen readers say.
"""

import pytest
from django.urls import reverse

from tests.browser.test_every_page import AXE, NARROW, SERIOUS, STICKING_OUT, pages_of
from tests.test_access_table import addresses, records  # noqa: F401  (a fixture)

# Forms that nothing at all is typed into. Each is a kind of its own: its fields, its choices, its way to say no.
EMPTY_FORMS = {
    "coordinator": (
        ("members:body_add", {}),
        ("members:entry_add", {"entries": "settings"}),
        ("members:remit_create", {}),
        ("members:gap_create", {}),
        ("members:group_create", {}),
        ("members:task_give", {}),
        ("visits:place_create", {}),
    ),
    "administrator": (("members:invite", {}), ("members:mechanism_add", None)),
    "alpha_lead": (("visits:visit_create", {}),),
    "": (("account_login", None),),
}


# What another language can break, of all that axe looks for; colours and order are those of the walk in English.
OF_LANGUAGE = {"runOnly": ["cat.language", "cat.forms", "cat.name-role-value", "cat.text-alternatives"]}


def faults_of(page, options=None):
    """Return what axe finds serious or critical on the page, what sticks out, and what the browser complained of."""
    found = AXE.run(page, options=options).response["violations"]
    barriers = [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found if rule["impact"] in SERIOUS]
    return barriers + page.evaluate(STICKING_OUT) + page.complaints


def test_every_kind_of_page_fits_in_dutch(visitor, administrator, coordinator, alpha_lead, records):  # noqa: F811
    seen, found = set(), {}

    for user in (coordinator, administrator, alpha_lead, None):
        page = visitor(user, width=NARROW, language="nl")
        unseen = [(label, path) for label, path in addresses(records) if label.split()[0] not in seen]
        for label, path, _said in list(pages_of(user, unseen)):
            kind = label.split()[0]
            if kind in seen:
                continue
            seen.add(kind)
            page.complaints.clear()
            assert page.goto(path).status == 200, path
            assert page.get_attribute("html", "lang") == "nl", path
            if faults := faults_of(page, OF_LANGUAGE):
                found[path] = faults

    assert found == {}
    assert len(seen) > 60


@pytest.mark.parametrize(("language", "heading"), [("en-gb", "There is a problem"), ("nl", "Er is een probleem")])
def test_form_with_errors_fits_and_has_no_barrier(visitor, request, mechanism, alpha, language, heading):
    found = {}

    for reader, forms in EMPTY_FORMS.items():
        user = request.getfixturevalue(reader) if reader else None
        page = visitor(user, width=NARROW, language=language)
        for name, kwargs in forms:
            page.goto(reverse(name, kwargs=None if kwargs is None else {"npm": mechanism.slug} | kwargs))
            page.complaints.clear()
            send_unchecked(page)
            assert heading in page.inner_text(".error-summary h2"), name
            # Each error of a field leads to a field that is there.
            assert page.locator(".error-summary a").count() or page.locator(".error-summary li").count(), name
            if faults := faults_of(page):
                found[name] = faults

    assert found == {}


def send_unchecked(page):
    """Send the page's form as it stands; the browser would otherwise stop at the first field that is required."""
    with page.expect_navigation():
        page.evaluate("""() => {
          const form = [...document.querySelectorAll("main form[method=post]")].find(f => f.querySelector(".field"));
          form.noValidate = true;
          form.querySelector("button[type=submit]").click();
        }""")

"""Every page that a person may open: wide and narrow, to axe, under the security policy; core acts by keyboard alone.

320 CSS pixels is what a window of 1280 shows at 400 % zoom (WCAG 2.2, 1.4.10). The addresses are those of the access
table, so a new page is walked as soon as it stands there.
"""

import re
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse

from members.models import BodyName, Remit
from tests.test_access_table import addresses, records  # noqa: F401  (a fixture)

AXE = Axe()
SERIOUS = {"serious", "critical"}
WIDE, NARROW = 1280, 320
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Which elements stick out to the right, where the page as a whole can be scrolled sideways.
STICKING_OUT = """() => {
  if (document.scrollingElement.scrollWidth <= innerWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 0.5);
  return ["wider than " + innerWidth, ...out.slice(0, 3).map(e => e.outerHTML.slice(0, 120))];
}"""


@pytest.fixture
def readers(administrator, coordinator, alpha_lead):
    return {
        "public": None,
        "coordinator": coordinator,
        "administrator": administrator,
        "alpha_lead": alpha_lead,
    }


def cell_addresses(records):  # noqa: F811
    """Yield the pages that only their parameters fill: cells, a remit for one cell, days, comparisons, searches."""
    npm, remit = records["mechanism"].slug, records["remit"]
    cell = f"setting={remit.setting.slug}&jurisdiction={remit.jurisdictions.first().slug}&layer={remit.layer}"
    asked = {
        "cell": (cell, f"{cell}&on=2001-01-01"),
        "desk_cell": (cell,),
        "remit_create": (cell,),
        "coverage": ("on=2001-01-01", "layer=regulation"),
        "coverage_compare": ("from=2001-01-01&to=2024-01-01", "from=2001-01-01&on=2024-01-01"),
        "history": (f"body={records['body'].slug}",),
        "body_detail": ("on=2001-01-01",),
        "people": ("q=nobody-has-this-name",),
        "activity": ("act=no-such-act",),
    }
    for name, queries in asked.items():
        where = {"npm": npm} | ({"body": records["body"].slug} if name == "body_detail" else {})
        for query in queries:
            yield f"{name} ?{query}", f"{reverse(f'members:{name}', kwargs=where)}?{query}"
    yield "visit_list ?state=", f"{reverse('visits:visit_list', kwargs={'npm': npm})}?state=submitted&q=nothing"


def pages_of(user, paths):
    """Yield (label, path, what it says) of the whole pages of HTML among ``paths`` that answer 200 to ``user``."""
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
    for label, path in paths:
        if path.startswith("/admin/"):
            continue  # Django's own pages, for lists of reference alone
        response = client.get(path)
        if response.streaming:
            b"".join(response.streaming_content)  # to its end, or the file would stay open
        is_page = response.status_code == 200 and response.headers["Content-Type"].startswith("text/html")
        html = response.content.decode() if is_page else ""
        if "<html" in html:
            said = html.partition("<main")[2].partition("</main>")[0]
            yield label, path, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", said)


def barriers(page):
    """Return what axe finds serious or critical on the page, and what has too little contrast in dark colours."""
    found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate("axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})")["violations"]
    page.emulate_media(color_scheme="light")
    return [
        f"{rule['impact']} {rule['id']}: {rule['nodes'][0]['html'][:160]}"
        for rule in found
        if rule["impact"] in SERIOUS
    ]


def elements_of(said):
    """Return the elements of a page, each with the one before it: what axe looks at, whatever the words are."""
    blank = re.sub(r'(href|value|action|id|for|aria-\w+|datetime|content|title)="[^"]*"', r'\1=""', said)
    return set(pairwise(re.findall(r"<\w[^>]*>", blank)))


def faults_of(page, path, *, look=True):
    """Open ``path`` and return everything that is wrong with it; barriers only where axe shall ``look``."""
    page.complaints.clear()
    page.set_viewport_size({"width": WIDE, "height": 900})
    response = page.goto(path)
    found = [] if response.status == 200 else [f"answers {response.status}"]
    found += page.evaluate(STICKING_OUT) + (barriers(page) if look else [])
    page.set_viewport_size({"width": NARROW, "height": 900})
    return found + page.evaluate(STICKING_OUT) + page.complaints


def test_every_page_fits_and_has_no_barrier(visitor, readers, records):  # noqa: F811
    """A page that says the same to two readers is opened once; the menus around it come with the others of each.

    Axe takes most of the time: it looks at the pages that hold something it has not yet seen.
    """
    paths = [*addresses(records), *cell_addresses(records)]
    seen, elements, found, opened = set(), set(), {}, dict.fromkeys(readers, 0)

    for reader, user in readers.items():
        page = visitor(user)
        for label, path, said in list(pages_of(user, paths)):
            if (label, said) in seen:
                continue
            seen.add((label, said))
            opened[reader] += 1
            new = elements_of(said) - elements
            elements |= new
            if faults := faults_of(page, path, look=bool(new)):
                found[f"{reader}: {label}"] = faults

    assert found == {}
    assert opened["coordinator"] > 60
    assert min(opened.values()) > 10, opened


def test_walk_sees_what_it_looks_for(visitor, mechanism):
    page = visitor(width=NARROW)
    page.goto("/examplia/")
    assert barriers(page) + page.evaluate(STICKING_OUT) == []

    page.evaluate("""() => {
      const picture = document.querySelector("main").appendChild(document.createElement("img"));
      picture.src = "/static/nothing.png";
      const wide = document.querySelector("main").appendChild(document.createElement("p"));
      wide.textContent = "Pale in both schemes";
      Object.assign(wide.style, {width: "400px", color: "#777", backgroundColor: "#888"});
    }""")

    assert {text.split(":")[0] for text in barriers(page)} == {"critical image-alt", "serious color-contrast"}
    assert page.evaluate(STICKING_OUT)[0] == f"wider than {NARROW}"


def tab_to(page, selector, most=150):
    """Press Tab until the focus is on ``selector``; a trap, or something that Tab never reaches, fails here."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", selector
            return
    pytest.fail(f"Tab does not reach {selector} on {page.url}")


def press_enter(page):
    """Press Enter on what has the focus, and wait for the page that follows."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose_source(page):
    """Choose the first source of the list: the entry above it stands for a new one."""
    tab_to(page, "#id_source")
    page.keyboard.press("ArrowDown")


@pytest.mark.parametrize("js", [False, True], ids=["without scripts", "with scripts"])
def test_name_of_a_body_is_changed_by_keyboard(visitor, coordinator, alpha, js):
    page = visitor(coordinator, js=js)
    page.goto(reverse("members:desk_body_detail", kwargs={"npm": "examplia", "body": "alpha"}))
    tab_to(page, "a[href$='/facts/names/add/']")
    press_enter(page)
    for name, typed in (("name_en", "New Inspectorate"), ("abbreviation", "NEW"), ("starts_on", "2024-05-14")):
        tab_to(page, f"#id_{name}")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(typed)
    choose_source(page)
    tab_to(page, "main form button[type=submit]")
    press_enter(page)
    assert page.locator(".error-summary").all_inner_texts() == []
    assert "This ends “ALPHA” (since 1 Apr 2009)" in page.inner_text("main .notice")
    assert BodyName.objects.filter(body=alpha).count() == 1  # so far a preview

    tab_to(page, "main form button[type=submit]")
    press_enter(page)

    entered = BodyName.objects.filter(body=alpha).order_by("starts_on").values_list("name_en", "ends_on")
    assert [(name, str(end)) for name, end in entered] == [
        ("Alpha Inspectorate", "2024-05-14"),
        ("New Inspectorate", "None"),
    ]
    assert "New Inspectorate" in page.inner_text("main")


@pytest.mark.parametrize("js", [False, True], ids=["without scripts", "with scripts"])
def test_remit_is_recorded_by_keyboard(visitor, coordinator, alpha, mechanism, js):
    page = visitor(coordinator, js=js)
    cell = "setting=prisons&jurisdiction=north&layer=inspection"
    page.goto(f"{reverse('members:desk_cell', kwargs={'npm': 'examplia'})}?{cell}")
    tab_to(page, "a[href*='/remits/new/']")
    press_enter(page)
    tab_to(page, "[name=body_1]")
    page.keyboard.type("ALPHA")
    tab_to(page, "[name=relation_1]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#id_since")
    page.keyboard.type("2024-05-14")
    choose_source(page)
    tab_to(page, "main form button[value=preview]")
    press_enter(page)
    assert page.locator(".error-summary").all_inner_texts() == []
    assert "Nothing is saved yet" in page.inner_text("#preview")
    assert not Remit.objects.exists()

    if page.locator("#id_confirmed").count():
        tab_to(page, "#id_confirmed")
        page.keyboard.press("Space")
    tab_to(page, "main form button[value=save]")
    press_enter(page)

    (remit,) = Remit.objects.all()
    assert (remit.layer, str(remit.starts_on), [part.body for part in remit.parts.all()]) == (
        "inspection",
        "2024-05-14",
        [alpha],
    )
    assert "ALPHA" in page.inner_text("main")

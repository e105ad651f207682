"""Enter a whole network through the screens, as a person would: one form after the other, from a packaged register."""

from datetime import date
from itertools import pairwise

from django.urls import reverse

from members.models import (
    BodyName,
    Coordination,
    CoverageGap,
    Designation,
    Mechanism,
    MechanismProfile,
    MemberBody,
    Remit,
    Source,
)
from members.periods import precise
from members.reference.registers import FactRow, Register

FORM = "main form[method=post]"
DONE = ".messages .notice-success"
# What kind of field stands under each name, and whether it is folded away. Asked once a form: each question takes time.
KINDS = """form => Object.fromEntries([...form.elements].filter(field => field.name).map(
  field => [field.name, {type: field.type, folded: !!field.closest("details:not([open])")}]
))"""


class NetworkEntry:
    """Types ``register`` into the portal in ``page``, a browser window of an administrator."""

    def __init__(self, page, register: Register) -> None:
        self.page, self.register, self.npm = page, register, register.mechanism.slug
        self.sources = {row.slug: row for row in register.sources}

    def enter_everything(self) -> None:
        self.mechanism()
        self.lists()
        for row in self.register.bodies:
            self.body(row)
        self.of_the_mechanism()
        for row in in_use(self.register.expected_layers):
            since = precise(row.since.day, row.since.precision)
            self.send("expected_layers", setting=row.setting, layer=row.layer, since=since, **self.source(row.source))
        for row in self.register.remits:
            self.remit(row)
        for row in self.register.gaps:
            self.gap(row)

    # -- The parts ----------------------------------------------------------------------------------------------------

    def mechanism(self) -> None:
        row = self.register.mechanism
        names = {"name": row.name, "country": row.country, "about": row.about}
        both = {f"{name}_{code}": getattr(words, code) for name, words in names.items() for code in ("en", "nl")}
        source = self.sources[row.source]
        first = min(self.register.profiles, key=lambda profile: profile.since.day, default=None)
        self.fill(
            reverse("members:mechanism_add"),
            slug=row.slug,
            profile=first.profile if first else row.profile,
            contact=row.contact,
            established_on=row.established_on.day.isoformat() if row.established_on else "",
            reporting_year_starts_month=str(row.reporting_year_starts_month),
            main_language=row.languages[0] if row.languages[0] != "en" else "en-gb",
            new_source_title=source.title,
            new_source_url=source.url,
            new_source_dated=source.dated,
            **both,
        )

    def lists(self) -> None:
        for row in self.register.jurisdictions:
            self.send("entry_add", "jurisdictions", name_en=row.name.en, name_nl=row.name.nl, slug=row.slug)
        for row in self.register.supervision_areas:
            self.send("entry_add", "areas", name_en=row.name.en, name_nl=row.name.nl, slug=row.slug)
        for row in self.register.settings:
            self.setting(row)

    def of_the_mechanism(self) -> None:
        """Enter who coordinated, which form the mechanism had, and which body followed which."""
        self.followed_up(self.register.coordination, "coordination", Coordination, self.coordination)
        # Founding dates the first form itself where the day of the designation is known.
        dated = 1 if self.register.mechanism.established_on else 0
        self.followed_up(
            self.register.profiles, "profiles", MechanismProfile, lambda row: {"profile": row.profile}, dated
        )
        for row in self.register.successions:
            ids = {name: str(self.body_named(getattr(row, name)).pk) for name in ("predecessor", "successor")}
            day = precise(row.day.day, row.day.precision)
            given = {"kind": row.kind, "happened_on": day, "note": row.note}
            self.send("fact_add", "successions", **ids, **given, **self.source(row.source))

    def setting(self, row) -> None:
        areas = {area.slug: str(area.pk) for area in self.mechanism_row.supervision_areas.all()}
        more = {"supervision_areas": [areas[slug] for slug in row.areas]} if areas else {}
        names = {"name_en": row.name.en, "name_nl": row.name.nl, "slug": row.slug}
        self.send("entry_add", "settings", has_places=row.has_places, **names, **more)

    def body(self, row) -> None:
        names, designations = in_use(row.names), in_use(row.designations)
        first, status = names[0], designations[0] if designations else None
        ids = {j.slug: str(j.pk) for j in self.mechanism_row.jurisdictions.all()}
        given = {
            "name_en": first.en,
            "name_nl": first.nl,
            "abbreviation": first.abbreviation,
            "slug": row.slug,
            "named_from": precise(first.since.day, first.since.precision),
            "kind": row.kind,
            "jurisdictions": [ids[slug] for slug in row.jurisdictions],
            "works_note": row.works_note,
            "website": row.website,
        }
        if status:
            given |= {"designated_from": precise(status.since.day, status.since.precision)} | self.designation(status)
        self.send("body_add", **given, **self.source(first.source))
        self.followed_up(names, "names", BodyName, self.name, 1, row.slug)
        self.followed_up(designations, "designations", Designation, self.designation, 1, row.slug)

    def name(self, row) -> dict:
        return {"name_en": row.en, "name_nl": row.nl, "abbreviation": row.abbreviation}

    def designation(self, row) -> dict:
        answer = {None: "unknown", True: "true", False: "false"}[row.takes_part]
        return {"status": row.status, "instrument": row.instrument, "takes_part": answer}

    def coordination(self, row) -> dict:
        return {"body": str(self.body_named(row.body).pk), "role": row.role}

    def followed_up(self, rows, kind, model, fields, entered=0, body="") -> None:
        """Enter the facts after the first ``entered``; end those that nothing follows on the same day."""
        rows = in_use(rows)
        for number, row in enumerate(rows):
            if number >= entered:
                where = {"body": body} if body else {}
                name = "body_fact_add" if body else "fact_add"
                days = {"starts_on": precise(row.since.day, row.since.precision)}
                self.send(name, kind, where=where, **fields(row), **days, **self.source(row.source))
            follows = number + 1 < len(rows) and row.until and rows[number + 1].since.day == row.until.day
            if row.until and not follows:
                owner = (
                    {"body__slug": body, "body__mechanism__slug": self.npm} if body else {"mechanism__slug": self.npm}
                )
                fact = model.objects.get(starts_on=row.since.day, **owner)
                self.send("fact_end", kind, where={"pk": fact.pk}, ends_on=precise(row.until.day, row.until.precision))

    def remit(self, row) -> None:
        parts = {}
        for n, part in enumerate(row.parts, 1):
            parts |= {f"body_{n}": part.body, f"relation_{n}": part.relation}
            parts |= {f"scope_{n}": part.scope.en, f"scope_nl_{n}": part.scope.nl}
        given = {
            "setting": row.setting,
            "jurisdictions": list(row.jurisdictions),
            "layer": row.layer,
            "confidence": row.confidence,
            "since": precise(row.since.day, row.since.precision),
            "note": row.note,
        }
        given |= parts if parts else {"nobody": True}
        self.send("remit_create", **given, **self.source(row.source))
        if row.until:
            pk = Remit.objects.filter(setting__mechanism__slug=self.npm).latest("pk").pk
            self.send("remit_end", where={"pk": pk}, until=precise(row.until.day, row.until.precision))

    def gap(self, row) -> None:
        if not row.jurisdictions:
            return  # A source of February 2025 does not say where it is; the screens ask for a place on the matrix.
        given = {
            "setting": row.setting,
            "jurisdictions": list(row.jurisdictions),
            "layer": row.layer,
            "kind_of_place": row.kind_of_place.en,
            "kind_of_place_nl": row.kind_of_place.nl,
            "since": precise(row.since.day, row.since.precision),
            "explanation": row.explanation.en or row.explanation.nl,
            "explanation_nl": row.explanation.nl,
            "note": row.note,
        }
        self.send("gap_create", **given, **self.source(row.source))
        if row.until:
            pk = CoverageGap.objects.filter(setting__mechanism__slug=self.npm).latest("pk").pk
            self.send("gap_end", where={"pk": pk}, until=precise(row.until.day, row.until.precision))

    # -- The screens --------------------------------------------------------------------------------------------------

    @property
    def mechanism_row(self) -> Mechanism:
        return Mechanism.objects.get(slug=self.npm)

    def body_named(self, slug: str) -> MemberBody:
        return MemberBody.objects.get(mechanism__slug=self.npm, slug=slug)

    def source(self, slug: str) -> dict:
        """Choose the source where the register quotes it already; write it down where it does not."""
        row = self.sources[slug]
        known = Source.objects.of_register(self.mechanism_row).filter(title=row.title).first()
        if known:
            return {"source": str(known.pk)}
        return {"new_source_title": row.title, "new_source_url": row.url, "new_source_dated": row.dated}

    def send(self, name: str, of: str = "", /, where: dict | None = None, **fields) -> None:
        """Open the screen called ``name`` (for entries or facts ``of`` a kind) and hand in its form with ``fields``."""
        kind = {"entry_add": "entries"}.get(name, "kind")
        kwargs = {"npm": self.npm} | (where or {}) | ({kind: of} if of else {})
        self.fill(reverse(f"members:{name}", kwargs=kwargs), **fields)

    def fill(self, address: str, **fields) -> None:
        self.page.goto(address)
        form = self.page.locator(FORM).last
        given = {name: value for name, value in fields.items() if value not in ("", [])}  # as the others begin
        kinds = form.evaluate(KINDS)
        for name, value in given.items():
            if kinds[name]["folded"]:
                form.locator(f"details:not([open]):has([name={name}]) > summary").first.click()
                kinds = form.evaluate(KINDS)
            self.answer(form, name, kinds[name]["type"], value)
        form.locator("button[type=submit]:not([tabindex])").last.click()
        for _step in range(2):  # a preview, and where the portal warns of something, the confirmation
            if not self.page.locator(DONE).count():
                self.confirm(address, fields)
        assert self.page.locator(DONE).count(), f"{address} {fields}: {self.page.inner_text('main')}"

    def confirm(self, address: str, fields: dict) -> None:
        errors = self.page.locator(".error-summary")
        assert errors.count() == 0, f"{address} {fields}: {errors.first.inner_text()}"
        box = self.page.locator("input[type=checkbox][name=confirmed]")
        if box.count():
            box.check()
        save = self.page.locator("button[name=step][value=save]")
        (save if save.count() else self.page.locator(f"{FORM} button[type=submit]")).last.click()

    def answer(self, form, name: str, kind: str, value) -> None:
        fields = form.locator(f"[name={name}]")
        if isinstance(value, bool):
            fields.first.set_checked(value)
        elif kind in ("checkbox", "radio"):
            for one in value if isinstance(value, list) else [value]:
                form.locator(f"[name={name}][value='{one}']").check()
        elif kind.startswith("select"):
            fields.first.select_option(value)
        else:
            fields.first.fill(value)


def in_use(rows) -> list[FactRow]:
    """Return the facts that the register uses, the oldest first."""
    return sorted((row for row in rows if row.used), key=lambda row: row.since.day)


def days_of(register: Register) -> list[date]:
    """Return every day on which something begins or ends, the day before the first, and one between each two."""
    facts = [*register.coordination, *register.remits, *register.gaps, *register.profiles, *register.expected_layers]
    facts += [fact for body in register.bodies for fact in (*body.names, *body.designations)]
    days = {day.day for fact in facts if fact.used for day in (fact.since, fact.until) if day}
    ordered = sorted(days)
    return [*ordered, *(first + (second - first) / 2 for first, second in pairwise(ordered))]

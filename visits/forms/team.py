"""The form of the team of a visit: several people on one page, without JavaScript."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from members.models import Affiliation, User
from npmportal.access import LOG_VISITS, grants_of
from npmportal.quick_select import QuickSelect
from visits.forms.record import NOT_SAID, RowsForm
from visits.models import TeamMember, Visit
from visits.models.body_names import BodyNames

MOST = 40
FRESH = 2  # empty rows after those that are filled
MOST_LANGUAGES, LONGEST_LANGUAGE = 10, 40
CONFLICTS = {"": None, "no": False, "yes": True}
# What makes a row a person; the body alone does not, it is chosen already.
TELLING = ("user", "name", "role", "standing", "profession", "sex", "languages", "conflict")


@dataclass(frozen=True)
class Choices:
    """Who and what may be chosen for a team."""

    accounts: dict[int, str]
    bodies_of: dict[int, set[int]]  # of each account
    bodies: list[tuple[int, str]]


def choices_for(visit: Visit, user: User, names: BodyNames, stored: Iterable[TeamMember]) -> Choices:
    """Return the people and bodies ``user`` may put into the team of ``visit``, and those who are in it. One query.

    Offered are the accounts of the bodies for which the person logs; who else works where is not told here.
    """
    team = list(stored)
    mine = grants_of(user).on(LOG_VISITS).intersection(visit.body_ids)
    held = Affiliation.objects.as_at(date.today()).filter(body__in=mine, user__is_active=True)
    accounts: dict[int, str] = {}
    bodies_of: dict[int, set[int]] = {}
    for pk, name, body_id in held.order_by("user__name", "user").values_list("user", "user__name", "body"):
        accounts[pk] = name
        bodies_of.setdefault(pk, set()).add(body_id)
    accounts |= {row.user.pk: row.user.name for row in team if row.user}
    involved = [*visit.body_ids, *(row.body_id for row in team if row.body_id not in visit.body_ids)]
    found = ((body_id, names.on(body_id, visit.starts_on)) for body_id in dict.fromkeys(involved))
    return Choices(accounts, bodies_of, [(body_id, name.name if name else str(body_id)) for body_id, name in found])


class TeamForm(RowsForm):
    """Each person an account of the body, a name, or only a role. A row in which nothing is said is nobody."""

    def __init__(self, *args: Any, stored: Iterable[TeamMember], choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices, self.stored = choices, list(stored)
        self.number = self.rows_to_print(len(self.stored), fresh=FRESH, most=MOST)
        for n in range(self.number):
            self._add(n)
            if n < len(self.stored):
                for name, value in _told(self.stored[n]).items():
                    self.initial.setdefault(f"p{n}_{name}", value)
            self.initial.setdefault(f"p{n}_body", self.visit.lead_body_id)
        self._keep_last("amend_reason", "version", "seen", "count")

    def _add(self, n: int) -> None:
        roles = [("", _("Choose")), *TeamMember.Role.choices]
        accounts = [("", _("No account")), *self.choices.accounts.items()]
        conflicts = [NOT_SAID, ("no", _("none declared")), ("yes", _("declared"))]
        self.fields |= {
            f"p{n}_user": _choice(_("Person"), accounts),
            f"p{n}_name": forms.CharField(label=_("or a name"), max_length=120, required=False),
            f"p{n}_role": _choice(_("Role"), roles),
            f"p{n}_body": _choice(_("For which body"), self.choices.bodies),
            f"p{n}_standing": _choice(_("Lay or professional"), [NOT_SAID, *TeamMember.Standing.choices]),
            f"p{n}_profession": _choice(_("Profession"), [NOT_SAID, *TeamMember.Profession.choices]),
            f"p{n}_sex": _choice(_("Sex"), [NOT_SAID, *TeamMember.Sex.choices]),
            f"p{n}_languages": forms.CharField(label=_("Languages, with commas"), max_length=450, required=False),
            f"p{n}_conflict": _choice(_("Conflict of interest"), conflicts),
            f"p{n}_gone": forms.BooleanField(label=_("Take this person off the team"), required=False),
        }
        for field in (f"p{n}_name", f"p{n}_languages"):
            self.fields[field].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        taken: dict[str, int] = {}
        for n in range(self.number):
            if data.get(f"p{n}_gone"):
                self._forgive(n)
            elif self._is_somebody(n, data):
                self._check(n, data, taken)
        return data

    def _forgive(self, n: int) -> None:
        """What is wrong about somebody who is taken off the team does not matter."""
        for name in [name for name in self.errors if name.startswith(f"p{n}_")]:
            del self.errors[name]

    def _is_somebody(self, n: int, data: Mapping[str, Any]) -> bool:
        return any(data.get(f"p{n}_{name}") or f"p{n}_{name}" in self.errors for name in TELLING)

    def _check(self, n: int, data: dict[str, Any], taken: dict[str, int]) -> None:
        user, who = data.get(f"p{n}_user"), {"n": n + 1}
        if not data.get(f"p{n}_role"):
            self._refuse(n, "role", _("Choose the role of person %(n)s.") % who)
        if user and data.get(f"p{n}_name"):
            self._refuse(n, "name", _("Person %(n)s: choose the account or write the name, not both.") % who)
        if user and taken.setdefault(user, n) != n:
            same = who | {"first": taken[user] + 1}
            self._refuse(n, "user", _("Person %(n)s is person %(first)s already.") % same)
        bodies = self.choices.bodies_of.get(int(user), set()) if user else set()
        if bodies and int(data.get(f"p{n}_body") or self.visit.lead_body_id) not in bodies:
            self._refuse(n, "body", _("Person %(n)s does not work for this body.") % who)
        languages = _languages(data.get(f"p{n}_languages", ""))
        if len(languages) > MOST_LANGUAGES or any(len(each) > LONGEST_LANGUAGE for each in languages):
            sentence = _("Person %(n)s: write at most ten languages, each in at most 40 characters.")
            self._refuse(n, "languages", sentence % who)

    def _refuse(self, n: int, name: str, sentence: str) -> None:
        if f"p{n}_{name}" not in self.errors:
            self.add_error(f"p{n}_{name}", sentence)

    def people(self) -> Iterable[dict[str, Any]]:
        """Yield for each row its number and its fields by name, for the page."""
        for n in range(self.number):
            prefix = f"p{n}_"
            fields = {name.removeprefix(prefix): self[name] for name in self.fields if name.startswith(prefix)}
            yield {"number": n + 1, "is_stored": n < len(self.stored), **fields}

    def has_several_bodies(self) -> bool:
        """Tell whether the body is in question: in a visit of one body everybody is there for that one."""
        return len(self.choices.bodies) > 1

    def may_grow(self) -> bool:
        """Tell whether there may be more rows."""
        return self.number < MOST

    def rows(self) -> list[TeamMember]:
        data = self.cleaned_data
        kept = (n for n in range(self.number) if not data.get(f"p{n}_gone") and self._is_somebody(n, data))
        return [self._row(n) for n in kept]

    def _row(self, n: int) -> TeamMember:
        said = {name: self.cleaned_data.get(f"p{n}_{name}") or "" for name in (*TELLING, "body")}
        account = int(said["user"]) if said["user"] else None
        user = User(pk=account, name=self.choices.accounts[account]) if account else None
        plain = {name: said[name] for name in ("name", "role", "standing", "profession", "sex")}
        return TeamMember(
            body_id=int(said["body"] or self.visit.lead_body_id),
            user=user,
            languages=_languages(said["languages"]),
            has_conflict_of_interest=CONFLICTS[said["conflict"]],
            **plain,
        )


def _choice(label: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=QuickSelect)


def _languages(text: str) -> list[str]:
    found = (part.strip() for part in text.replace(";", ",").split(","))
    return list(dict.fromkeys(part for part in found if part))


def _told(row: TeamMember) -> dict[str, Any]:
    """Return one stored person as the fields of the form say it."""
    conflict = next(word for word, value in CONFLICTS.items() if value == row.has_conflict_of_interest)
    plain = {name: getattr(row, name) for name in ("name", "role", "standing", "profession", "sex")}
    stored = {"user": row.user_id or "", "body": row.body_id, "languages": ", ".join(row.languages)}
    return {**plain, **stored, "conflict": conflict}

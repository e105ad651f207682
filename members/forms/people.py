from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.models import Affiliation, Invitation, Mechanism, MemberBody, User
from members.models.affiliation_groups import bodies_that_left
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, ROLES, can, grants_of

WHOLE = "mechanism"
BODY_ROLES = "members.MemberBody"


def role_choices(scopes: set[str]) -> list[tuple[str, str]]:
    """Return the roles that can be held in ``scopes``, each with its sentence."""
    return [(role.name, f"{role.label} – {role.sentence}") for role in ROLES.values() if role.scope in scopes]


def places_managed(user: User, mechanism: Mechanism) -> tuple[dict[str, MemberBody], list[tuple[str, str]]]:
    """Return the bodies whose people ``user`` manages, by key, and the choices: with the mechanism for who manages all.

    A body that has left the mechanism is not among them: a role in it would give nothing (ADR 0016).
    """
    manages_all = can(user, MANAGE_PEOPLE, mechanism)
    own = mechanism.bodies.with_names_as_at(date.today()).exclude(pk__in=bodies_that_left(date.today()))
    bodies = {str(body.pk): body for body in (own if manages_all else own.filter(pk__in=_led_by(user)))}
    whole = [(WHOLE, mechanism.name)] if manages_all else []
    return bodies, whole + [(key, body.name) for key, body in bodies.items()]


class InviteForm(forms.Form):
    """Whom to invite, to what. The choices are those the inviting person manages."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, help_text=_("The e-mail with the link goes there.")
    )
    where = forms.ChoiceField(label=_("Works for"))
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: User, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.mechanism = user, mechanism
        self.bodies, places = places_managed(user, mechanism)
        self.fields["where"].choices = places  # type: ignore[attr-defined]
        scopes = {BODY_ROLES, "members.Mechanism"} if can(user, MANAGE_PEOPLE, mechanism) else {BODY_ROLES}
        self.fields["role"].choices = role_choices(scopes)  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email.casefold() == self.user.email.casefold():
            raise ValidationError(_("Nobody can give a role to themselves. Ask another administrator."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        role, where = cleaned.get("role"), cleaned.get("where")
        if role and where and (ROLES[role].scope == BODY_ROLES) == (where == WHOLE):
            if where == WHOLE:
                self.add_error("where", _("This role is held in one body: choose the body."))
            else:
                self.add_error("where", _("This role is held in the mechanism as a whole, not in one body."))
        return cleaned

    @property
    def scope(self) -> MemberBody | Mechanism:
        """The body or mechanism chosen."""
        where = self.cleaned_data["where"]
        return self.mechanism if where == WHOLE else self.bodies[where]


class AcceptForm(forms.Form):
    """What somebody who comes in chooses: the name as colleagues know it, and a password."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    password1 = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )
    password2 = forms.CharField(
        label=_("The password once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = invitation.name
        self.invitation = invitation

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, User(email=self.invitation.email, name=self.data.get("name", "")))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords are not the same."))
        return cleaned


class RoleForm(forms.Form):
    """Which of a person's roles ends, and which begins: in the same body or, as one act, in another one."""

    affiliation = forms.ModelChoiceField(label=_("Role now"), queryset=Affiliation.objects.none(), empty_label=None)
    where = forms.ChoiceField(label=_("Works for"), required=False)
    role = forms.ChoiceField(label=_("New role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: Any, user: User, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mechanism = mechanism
        self.fields["affiliation"].queryset = roles  # type: ignore[attr-defined]
        self.fields["affiliation"].label_from_instance = lambda a: f"{a.get_role_display()}, {a.scope}"  # type: ignore[attr-defined]
        self.bodies, places = places_managed(user, mechanism)
        if len(places) > 1:
            self.fields["where"].choices = [("", _("The same as now")), *places]  # type: ignore[attr-defined]
            scopes = {BODY_ROLES, "members.Mechanism"} if can(user, MANAGE_PEOPLE, mechanism) else {BODY_ROLES}
        else:
            del self.fields["where"]
            scopes = {BODY_ROLES if a.body_id else "members.Mechanism" for a in roles}
        self.fields["role"].choices = role_choices(scopes)  # type: ignore[attr-defined]

    @property
    def scope(self) -> MemberBody | Mechanism:
        """The body or mechanism of the new role: the one chosen, or that of the role now."""
        where = self.cleaned_data.get("where") or ""
        if where == WHOLE:
            return self.mechanism
        return self.bodies[where] if where else self.cleaned_data["affiliation"].scope

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        affiliation, role = cleaned.get("affiliation"), cleaned.get("role")
        if affiliation and role and "where" not in self.errors:
            if ROLES[role].scope != self.scope._meta.label:
                self.add_error("role", _("This role cannot be held there: choose the body or the mechanism to it."))
            elif role == affiliation.role and self.scope == affiliation.scope:
                self.add_error("role", _("The person has this role already."))
        return cleaned


def _led_by(user: User) -> frozenset[int]:
    return grants_of(user).on(MANAGE_BODY_PEOPLE)

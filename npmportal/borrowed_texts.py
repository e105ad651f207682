"""Texts of Django and allauth that this portal puts into Dutch itself: theirs is missing, or says “je” for “u”.

Nothing imports this. `make messages` finds the texts here and keeps them in our catalogue, which is asked before
those of the libraries. The English must be theirs to the letter; tests/npmportal/test_languages.py sees to that.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

ALLAUTH = (
    gettext_noop("Please type your current password."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("Use your password"),
    gettext_noop("Successfully signed in as %(name)s."),
    gettext_noop("You have signed out."),
    gettext_noop("Password successfully changed."),
    gettext_noop("You cannot deactivate two-factor authentication."),
    gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled."),
    gettext_noop("Your password has been changed."),
    gettext_noop("Your password has been reset."),
)
# The number comes with the text.
DJANGO = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)

"""What can happen to what visits are judged and asked by: scales, question sets, themes, sheets."""

from django.utils.translation import gettext_lazy as _

from members.activity import Action, Subject, actions
from npmportal.access import VIEW_SUBMITTED_VISITS

ACTIONS: dict[str, Action] = actions(
    "register",
    VIEW_SUBMITTED_VISITS,
    {
        "rating_scale.added": _("{who} added the rating scale {what}."),
        "rating_scale.versioned": _("{who} began a new version of {what}."),
        "rating_scale.written": _("{who} wrote at the draft of {what}."),
        "rating_scale.published": _("{who} published a version of {what}."),
        "rating_scale.draft_discarded": _("{who} discarded the draft of {what}."),
        "question_set.added": _("{who} added {what}."),
        "question_set.versioned": _("{who} began a new version of {what}."),
        "question_set.written": _("{who} wrote at the draft of {what}."),
        "question_set.published": _("{who} published a version of {what}."),
        "question_set.draft_discarded": _("{who} discarded the draft of {what}."),
        "theme.added": _("{who} added the common theme {what}."),
        "theme.changed": _("{who} changed the common theme {what}."),
        "scales.loaded": _("{who} loaded the packaged rating scales."),
    },
)
SUBJECTS: dict[str, Subject] = {
    "visits.ratingscale": Subject(_("a rating scale"), _("{name}"), "name_en"),
    "visits.questionset": Subject(_("a question set"), _("the questions for {name}"), "setting__name_en"),
    "visits.theme": Subject(_("a theme"), _("{name}"), "name_en"),
}

"""Words are looked up once in each language, and stay the words of that language."""

from django.conf import settings
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, trans_real

from npmportal.translations import keep_translations


def test_each_language_keeps_its_own_words():
    keep_translations()
    for _time in range(2):
        with translation.override("en-gb"):
            assert gettext("Skip to the content") == "Skip to the content"
        with translation.override("nl"):
            assert gettext("Skip to the content") not in ("", "Skip to the content")


def test_a_word_is_looked_up_once_and_not_more_often_for_being_kept_twice():
    keep_translations()
    language = trans_real.translation(settings.LANGUAGE_CODE)
    kept = language.gettext
    keep_translations()
    assert language.gettext is kept
    with translation.override(settings.LANGUAGE_CODE):
        gettext("A text no catalogue knows")
        before = kept.cache_info()
        gettext("A text no catalogue knows")
    assert kept.cache_info().hits == before.hits + 1
    assert kept.cache_info().maxsize


def test_what_was_safe_stays_safe_and_nothing_else_becomes_it():
    keep_translations()
    text = "A text of <b>two</b> kinds"
    assert isinstance(gettext(mark_safe(text)), SafeString)  # noqa: S308 (written here)
    assert not isinstance(gettext(text), SafeString)

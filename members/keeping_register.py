"""What the clock does for the register: a fact that was entered ahead takes effect on its day."""

from datetime import date

from members.models import Mechanism, MechanismProfile


def keep_forms(today: date) -> int:
    """Keep each mechanism’s own column, which every page asks, at its form of ``today``; return how many moved."""
    moved = 0
    for fact in MechanismProfile.objects.as_at(today):
        other = Mechanism.objects.filter(pk=fact.mechanism_id).exclude(profile=fact.profile)
        moved += other.update(profile=fact.profile)
    return moved

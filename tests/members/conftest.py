import pytest

from members.actions.reference import load_reference
from members.models import Mechanism
from members.reference.registers import read


@pytest.fixture
def uk(db) -> Mechanism:
    """The United Kingdom as packaged."""
    load_reference(register=read("uk"))
    return Mechanism.objects.get(slug="uk")


@pytest.fixture
def nl(db) -> Mechanism:
    """The Netherlands as packaged."""
    load_reference(register=read("nl"))
    return Mechanism.objects.get(slug="nl")

import secrets
import shutil

import pytest

from deploy.local.places import VAR, Home, is_root, shelter


@pytest.fixture
def home():
    """The folders of servers that no other command uses; removed afterwards."""
    home = Home(f"trial-{secrets.token_hex(2)}")
    yield home
    shutil.rmtree(VAR / home.purpose, ignore_errors=True)
    shutil.rmtree(home.redis_socket.parent, ignore_errors=True)
    if is_root():
        shutil.rmtree(shelter() / home.purpose, ignore_errors=True)

"""One application for each file: production, with a clock that its tests move."""

from collections.abc import Iterator

import pytest

from apps import Site
from guests import Guest
from live import site_in


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = site_in(tmp_path_factory.mktemp("site"), development=False)
    yield site
    site.services.db.close()


@pytest.fixture
def guest(site: Site) -> Guest:
    return Guest(site)

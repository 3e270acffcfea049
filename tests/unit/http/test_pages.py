from collections.abc import Iterator

import pytest

from apps import Site, made
from simple_2fa.core.ids import new_id
from simple_2fa.http.own import g
from simple_2fa.http.pages import error_page, page
from simple_2fa.http.problems import KINDS, Problem
from world import NOW


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("site"), SITE_NAME="Acme", ACCENT="#123456")


@pytest.fixture(autouse=True)
def request_id(site: Site) -> Iterator[str]:
    """Within a request."""
    with site.app.test_request_context("/verify/x"):
        g.request_id = new_id()
        yield g.request_id


def test_every_problem_has_a_page_with_its_request_id_and_a_way_out(request_id: str) -> None:
    for code, kind in KINDS.items():
        response = error_page(Problem(code))
        html = response.get_data(as_text=True)
        assert response.status_code == kind.status
        assert f"<code>{request_id}</code>" in html
        assert '<a class="button' in html
        assert "Acme" in html


def test_it_carries_the_problem_s_headers() -> None:
    response = error_page(Problem("method_not_allowed", headers={"Allow": "GET"}))
    assert response.headers["Allow"] == "GET"
    assert error_page(Problem("slow_down", retry_at=NOW)).headers["Retry-After"] == "1"


def test_what_may_pass_may_be_tried_again() -> None:
    html = error_page(Problem("unavailable")).get_data(as_text=True)
    assert '<a class="button main" href="/verify/x">Try again</a>' in html


def test_a_page_wears_the_site_s_colours() -> None:
    response = page("error", {"status": 404})
    html = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "--accent:#123456;" in html
    assert f'<style nonce="{g.nonce}">' in html

import pytest
from pydantic import Field

from apps import Site, made
from simple_2fa.http.body import Body, invalid, read
from simple_2fa.http.problems import Problem


class Order(Body):
    name: str
    parts: list[int] = Field([])
    inner: dict[str, int] = Field({})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("site"))


def read_order(site: Site, data: str | bytes, kind: str = "application/json") -> Order:
    with site.app.test_request_context(method="POST", data=data, content_type=kind):
        return read(Order)


def faults(site: Site, data: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        read_order(site, data)
    assert caught.value.code == "invalid_request"
    return [(fault.pointer, fault.detail) for fault in caught.value.errors]


def test_it_reads_an_object(site: Site) -> None:
    order = read_order(site, '{"name": "\\u00e4\\ud83d\\ude00", "parts": [1]}')
    assert (order.name, order.parts) == ("ä😀", [1])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ('{"name": 1}', ("/name", "This must be a string.")),
        ('{"name": true}', ("/name", "This must be a string.")),
        ("{}", ("/name", "This field is required.")),
        ('{"name": "x", "more": 1}', ("/more", "This field is unknown.")),
        ('{"name": "x", "parts": [1, "2"]}', ("/parts/1", "This can't be used.")),
        ('{"name": "x", "inner": {"a/b": "x"}}', ("/inner/a~1b", "This can't be used.")),
        ('{"name": "x", "name": "x"}', ("/name", "This field stands there twice.")),
    ],
)
def test_it_names_the_field_and_converts_nothing(
    site: Site, data: str, told: tuple[str, str]
) -> None:
    assert faults(site, data) == [told]


@pytest.mark.parametrize("data", ["[]", "", "null", '{"name": "\\ud800"}', b"\xff", "[" * 5000])
def test_it_refuses_what_is_no_object(site: Site, data: str | bytes) -> None:
    assert faults(site, data) == [("", "The body must be one JSON object in UTF-8.")]


def test_it_tells_ten_faults_at_most(site: Site) -> None:
    many = ",".join(f'"f{number}": 0' for number in range(50))
    assert len(faults(site, f"{{{many}}}")) == 10


def test_it_wants_the_right_content_type(site: Site) -> None:
    with pytest.raises(Problem) as caught:
        read_order(site, "{}", "text/plain")
    assert caught.value.code == "unsupported_media_type"


def test_a_view_may_find_fault_with_a_field_too() -> None:
    problem = invalid("/code", "The code has 6 digits.")
    assert (problem.code, problem.detail) == ("invalid_request", "The code has 6 digits.")
    assert [each.pointer for each in problem.errors] == ["/code"]

"""The API does what its description says, and describes all that it does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from apps import ANN, Site, made
from callers import CHALLENGES, Shop
from simple_2fa.api.operations import OPERATIONS
from simple_2fa.core.ids import new_id
from simple_2fa.http.curl import curl_line
from simple_2fa.http.problems import KINDS
from world import wrong

DECLARED = {(each.method, each.path) for each in OPERATIONS}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def described(site: Site) -> dict[str, Any]:
    return dict(site.client().get("/openapi.json").json or {})


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


class TestDocument:
    def test_it_is_valid(self, described: dict[str, Any]) -> None:
        assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []

    def test_its_operations_are_the_routes_of_the_api(
        self, site: Site, described: dict[str, Any]
    ) -> None:
        routes = {
            (method, re.sub("<(.+?)>", "{\\1}", rule.rule))
            for rule in site.app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            if rule.endpoint in {f"simple_2fa.api.{each.name}" for each in OPERATIONS}
        }
        assert set(operations(described)) == DECLARED == routes
        api = {
            rule.endpoint for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/api")
        }
        assert api <= {f"simple_2fa.api.{each.name}" for each in OPERATIONS}

    def test_it_is_built_once_and_served_as_it_is(self, site: Site) -> None:
        first, second = (site.client().get("/openapi.json") for _ in range(2))
        assert first.data == second.data
        assert first.content_type == "application/json"

    def test_its_summaries_are_what_the_views_say_of_themselves(
        self, described: dict[str, Any]
    ) -> None:
        said = {each["operationId"]: each["summary"] for each in operations(described).values()}
        assert said["generate"] == "Send a code to an address"
        assert len(set(said.values())) == len(OPERATIONS)

    def test_its_server_is_the_public_address(self, described: dict[str, Any]) -> None:
        assert described["servers"] == [{"url": "http://localhost:5000"}]

    def test_production_wants_a_key_and_development_does_not(
        self, described: dict[str, Any], tmp_path: Path
    ) -> None:
        production = made(tmp_path, development=False)
        told = dict(production.client().get("/openapi.json").json or {})
        assert told["security"] == [{"key": []}]
        assert told["servers"] == [{"url": "https://2fa.example.com"}]
        assert described["security"] == [{"key": []}, {}]

    def test_each_refusal_names_its_codes(self, described: dict[str, Any]) -> None:
        for operation in OPERATIONS:
            told = described["paths"][operation.path][operation.method.lower()]["responses"]
            codes = [
                code
                for status, response in told.items()
                if int(status) >= 400
                for code in self._codes(response)
            ]
            assert codes == operation.codes
            assert {int(each) for each in told} == {
                operation.status,
                *(KINDS[code].status for code in codes),
            }

    def _codes(self, response: dict[str, Any]) -> list[str]:
        schema = response["content"]["application/problem+json"]["schema"]
        codes: list[str] = schema["allOf"][1]["properties"]["code"]["enum"]
        return codes

    def test_each_field_has_words_and_an_example_that_fits(self, described: dict[str, Any]) -> None:
        for name, schema in described["components"]["schemas"].items():
            assert schema["description"]
            for field, about in schema["properties"].items():
                assert about.get("description"), (name, field)
                for example in about.get("examples", ()):
                    assert re.search(about.get("pattern", ""), str(example))

    def test_only_starts_take_an_idempotency_key(self, described: dict[str, Any]) -> None:
        with_key = {
            operation["operationId"]
            for operation in operations(described).values()
            if any(each["name"] == "Idempotency-Key" for each in operation["parameters"])
        }
        assert with_key == {"generate", "start"}

    def test_our_own_spelling_of_purposes_stays_inside(self, site: Site) -> None:
        assert "api:" not in site.client().get("/openapi.json").text

    def test_it_takes_a_get_alone(self, site: Site) -> None:
        reply = site.client().post("/openapi.json")
        assert (reply.status_code, reply.mimetype) == (405, "application/problem+json")


BOUNDED = settings(
    derandomize=True,
    max_examples=40,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema(site: Site) -> OpenApiSchema:
    return schemathesis.openapi.from_wsgi("/openapi.json", site.app)


class TestConformance:
    @pytest.mark.parametrize("mode", list(GenerationMode))
    @pytest.mark.parametrize(("method", "path"), sorted(DECLARED))
    def test_made_up_requests_get_what_is_described(
        self, schema: OpenApiSchema, method: str, path: str, mode: GenerationMode
    ) -> None:
        @BOUNDED
        @given(case=schema[path][method].as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        check()

    def test_a_whole_conversation_gets_what_is_described(self, tmp_path: Path) -> None:
        site = made(tmp_path)
        schema = schemathesis.openapi.from_wsgi("/openapi.json", site.app)
        shop, seen = Shop(site), set()

        def hear(path: str, body: object = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (as `Shop.call` takes it)
            template = re.sub(r"(challenges)/[^/]+", r"\1/{challenge}", path)
            reply = shop.call(path, body, **more)
            schema[template][more.get("method", "POST")].validate_response(reply)
            told = dict(reply.json or {})
            seen.add((template, told.get("code", reply.status_code)))
            return told

        key = {"Idempotency-Key": "1"}
        first = hear("/generate-2fa", {"email": ANN}, headers=key)
        hear("/generate-2fa", {"email": ANN}, headers=key)
        hear("/generate-2fa", {"email": ANN, "purpose": "x"}, headers=key)
        hear("/generate-2fa", {"email": ANN})
        hear("/generate-2fa", {"email": "x"})
        hear("/generate-2fa", {"email": ANN}, headers={"Authorization": "x"})
        hear("/generate-2fa", {"email": ANN}, headers={"Origin": "https://evil.example"})
        hear("/generate-2fa", {"email": ANN}, headers={"Via": "1.1 proxy"})
        hear("/generate-2fa", data=b" " * 65537)
        hear("/generate-2fa", data=b"email", content_type="text/plain")
        hear("/verify", {"email": ANN, "code": "0000000000"})
        one = f"{CHALLENGES}/{first['challenge']}"
        hear(one, method="GET")
        hear(f"{one}/resend")
        site.clock.move(seconds=30)
        hear(f"{one}/resend")
        hear("/verify", {"email": ANN, "code": site.code()})
        hear(f"{one}/answer", {"code": "000000"})
        hear(f"{one}/cancel")
        site.clock.move(seconds=30)
        two = f"{CHALLENGES}/{hear(CHALLENGES, {'to': ANN})['challenge']}"
        for _ in range(6):
            hear(f"{two}/answer", {"code": wrong(site.code())})
        three = f"{CHALLENGES}/{hear(CHALLENGES, {'to': 'bob@example.com'})['challenge']}"
        hear(f"{three}/cancel")
        hear(f"{three}/answer", {"code": "000000"})
        four = f"{CHALLENGES}/{hear(CHALLENGES, {'to': 'cora@example.com'})['challenge']}"
        site.clock.move(minutes=10)
        hear(f"{four}/answer", {"code": "000000"})
        hear(f"{CHALLENGES}/{new_id()}/answer", {"code": "000000"})

        codes = {code for _, code in seen}
        never = {"paused", "method_not_allowed", "internal_error", "unavailable"}
        assert codes == {200, 202, *KINDS} - never


class TestWords:
    """docs/api.md says the same."""

    TEXT = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")

    def test_it_lists_every_operation(self) -> None:
        found = re.findall(r"^\| `(GET|POST) (\S+)` ", self.TEXT, re.MULTILINE)
        assert found == [(each.method, each.path) for each in OPERATIONS]

    def test_it_lists_every_problem(self) -> None:
        found = re.findall(r"^\| (\d+) \| `(\w+)` ", self.TEXT, re.MULTILINE)
        assert found == [(str(kind.status), code) for code, kind in KINDS.items()]

    def test_its_examples_have_the_fields_of_real_replies(self, tmp_path: Path) -> None:
        site = made(tmp_path)
        shop = Shop(site)
        started = shop.start()
        bad = shop.answer(started["challenge"], wrong(site.code())).json or {}
        right = shop.answer(started["challenge"], site.code()).json or {}
        examples = re.findall(r"```json\n(.+?)```", self.TEXT, re.DOTALL)
        told = [list(json.loads(example)) for example in examples]
        assert told == [list(started), list(right), list(bad)]

    def test_its_lines_are_those_that_the_server_prints(self) -> None:
        origin = "http://localhost:5000"
        assert curl_line(origin, "/generate-2fa", email=ANN) in self.TEXT
        assert curl_line(origin, "/verify", email=ANN, code="CODE") in self.TEXT

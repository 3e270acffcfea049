from simple_2fa.api.models import schemas
from simple_2fa.api.operations import OPERATIONS
from simple_2fa.http.problems import KINDS


def test_codes_are_known_and_stand_in_the_order_of_their_statuses() -> None:
    for operation in OPERATIONS:
        assert operation.refuses <= KINDS.keys()
        assert operation.codes == [code for code in KINDS if code in operation.codes]


def test_only_what_may_have_a_body_refuses_bodies() -> None:
    for operation in OPERATIONS:
        assert ("too_large" in operation.codes) is (operation.method == "POST")


def test_summaries_are_one_line_without_a_full_stop() -> None:
    for operation in OPERATIONS:
        assert operation.summary
        assert not operation.summary.endswith(".")


def test_letters_are_accepted_not_done() -> None:
    statuses = {operation.name: operation.status for operation in OPERATIONS}
    assert {name for name, status in statuses.items() if status == 202} == {
        "generate",
        "start",
        "resend",
    }


def test_schemas_hold_no_defaults_of_ours() -> None:
    for schema in schemas().values():
        assert all("default" not in field for field in schema["properties"].values())
        assert all("title" not in field for field in schema["properties"].values())

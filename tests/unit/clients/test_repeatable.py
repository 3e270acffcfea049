"""How a repeated request is known."""

from itertools import combinations

from simple_2fa.clients.flows import Repeatable

ASKED = Repeatable("client", "/generate-2fa", "key", b"{}")
OTHERS = [
    Repeatable("other", "/generate-2fa", "key", b"{}"),
    Repeatable("client", "/verify", "key", b"{}"),
    Repeatable("client", "/generate-2fa", "key2", b"{}"),
    Repeatable("client/generate-2fa", "", "key", b"{}"),
    Repeatable("client", "/generate-2fakey", "", b"{}"),
]


def test_client_route_and_key_name_one_row() -> None:
    rows = [each.row for each in (ASKED, *OTHERS)]
    assert all(left != right for left, right in combinations(rows, 2))
    assert {len(row) for row in rows} == {32}


def test_the_body_names_no_other_row_but_has_its_own_hash() -> None:
    other = Repeatable(ASKED.client, ASKED.route, ASKED.key, b"\xff\x00")
    assert other.row == ASKED.row
    assert other.body_hash != ASKED.body_hash


def test_any_key_of_a_header_is_taken() -> None:
    assert Repeatable("client", "/", "\xff" * 255, b"").row != ASKED.row

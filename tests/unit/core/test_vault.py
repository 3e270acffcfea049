"""The vault: what it seals opens for its use and row, and for nothing else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_2fa.core.errors import SealError
from simple_2fa.core.vault import Vault, key_id

OLD, NEW, OTHER = bytes(32), bytes(range(32)), b"\xff" * 32
vault = Vault([NEW])


def bent(blob: str, position: int, bit: int = 1) -> str:
    """Flip a bit of nonce, ciphertext or tag."""
    head, _, body = blob.rpartition(":")
    raw = bytearray(urlsafe_b64decode(body))
    raw[position] ^= bit
    return f"{head}:{urlsafe_b64encode(raw).decode()}"


@given(st.binary(max_size=200))
def test_it_opens_what_it_sealed(value: bytes) -> None:
    assert vault.open("challenge", "row", vault.seal("challenge", "row", value)) == value


def test_it_never_seals_alike() -> None:
    assert len({vault.seal("challenge", "row", b"123456") for _ in range(50)}) == 50


def test_a_seal_names_version_and_key_and_hides_the_rest() -> None:
    blob = vault.seal("challenge", "row", b"123456")
    version, kid, body = blob.split(":")
    assert (version, kid) == ("1", key_id(NEW))
    assert blob.isascii()
    assert b"123456" not in urlsafe_b64decode(body)


def test_no_bit_can_be_changed() -> None:
    blob = vault.seal("challenge", "row", b"123456")
    length = len(urlsafe_b64decode(blob.rpartition(":")[2]))
    for position in range(length):
        with pytest.raises(SealError):
            vault.open("challenge", "row", bent(blob, position, 1 << position % 8))


@pytest.mark.parametrize(
    ("use", "row"),
    [
        ("challenge", "other"),
        ("letter", "row"),
        ("challenge:r", "ow"),
        ("", "row"),
        ("challenge", ""),
    ],
)
def test_it_refuses_a_seal_that_was_moved(use: str, row: str) -> None:
    with pytest.raises(SealError):
        vault.open(use, row, vault.seal("challenge", "row", b"123456"))


def test_uses_and_rows_never_run_into_each_other() -> None:
    with pytest.raises(SealError):
        vault.open("a", "b:c", vault.seal("a:b", "c", b""))


def _broken() -> list[str]:
    version, kid, body = vault.seal("challenge", "row", b"123456").split(":")
    return [
        "",
        ":",
        "::",
        "1",
        f"1:{kid}",
        f"1:{kid}:",
        f"1:{kid}:AAAA",
        f"1:{kid}:{body[:16]}",
        f"1:{kid}:{body[:-4]}",
        f"1:{kid}:{body}AAAA",
        f"1:{kid}:{body[:-1]}",
        f"1:{kid}:é{body}",
        f"1:{kid}::{body[1:]}",
        f"2:{kid}:{body}",
        f":{kid}:{body}",
        f"1:{key_id(OTHER)}:{body}",
        f"1::{body}",
        f"{version} :{kid}:{body}",
        body,
    ]


def test_it_refuses_every_broken_seal() -> None:
    for blob in _broken():
        with pytest.raises(SealError):
            vault.open("challenge", "row", blob)


def test_the_first_key_writes_and_all_read() -> None:
    before = Vault([OLD]).seal("challenge", "row", b"old")
    both = Vault([NEW, OLD])
    after = both.seal("challenge", "row", b"new")
    assert both.open("challenge", "row", before) == b"old"
    assert Vault([NEW]).open("challenge", "row", after) == b"new"


def test_a_missing_key_opens_nothing() -> None:
    with pytest.raises(SealError, match="no key"):
        Vault([OTHER]).open("challenge", "row", vault.seal("challenge", "row", b"123456"))


def test_a_key_posing_as_another_opens_nothing() -> None:
    _, _, body = Vault([OTHER]).seal("challenge", "row", b"123456").split(":")
    with pytest.raises(SealError, match="broken"):
        vault.open("challenge", "row", f"1:{key_id(NEW)}:{body}")


@pytest.mark.parametrize("keys", [[], [b""], [bytes(31)], [bytes(33)], [NEW, b"short"]])
def test_it_wants_whole_keys(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(keys)


def test_a_key_id_tells_nothing_of_the_key() -> None:
    assert len(key_id(NEW)) == 8
    assert key_id(NEW) != key_id(OLD)
    assert key_id(NEW) not in NEW.hex()


def test_a_mac_fits_its_use_and_text_under_any_key() -> None:
    mac = Vault([OLD]).mac("csrf", "visitor")
    both = Vault([NEW, OLD])
    assert both.mac_fits("csrf", "visitor", mac)
    assert both.mac_fits("csrf", "visitor", both.mac("csrf", "visitor"))
    assert both.mac("csrf", "visitor") == vault.mac("csrf", "visitor")
    assert len(mac) == 64


@pytest.mark.parametrize("change", ["", "é", "0" * 64, "\ud7ff"])
def test_another_mac_fits_nothing(change: str) -> None:
    assert not vault.mac_fits("csrf", "visitor", change)


def test_a_mac_of_another_use_text_or_key_fits_nothing() -> None:
    mac = vault.mac("csrf", "visitor")
    assert not vault.mac_fits("state", "visitor", mac)
    assert not vault.mac_fits("csrf", "visitors", mac)
    assert not Vault([OTHER]).mac_fits("csrf", "visitor", mac)
    assert not vault.mac_fits("csrf", "visitor", mac.upper())


def test_a_mac_is_no_seal_of_a_row_named_mac() -> None:
    assert vault.mac("csrf", "x") not in vault.seal("csrf", "mac", b"x")

"""A credential about to be stored."""

import pytest

from simple_2fa.core.errors import SealError
from simple_2fa.core.ids import is_id
from simple_2fa.core.vault import Vault
from simple_2fa.credentials.model import NewCredential
from simple_2fa.credentials.store import sealed

ANN, BEN = b"a" * 32, b"b" * 32


def test_each_gets_an_id_of_its_own() -> None:
    made = [NewCredential(ANN, "counter", b"secret") for _ in range(10)]
    assert len({new.id for new in made}) == 10
    assert all(is_id(new.id) for new in made)


@pytest.mark.parametrize(("name", "whose"), [("two", ANN), ("one", BEN), ("one", b"")])
def test_a_secret_is_sealed_for_one_credential_of_one_subject(name: str, whose: bytes) -> None:
    vault = Vault([bytes(32)])
    blob = sealed(vault, "one", ANN, b"secret")
    assert vault.open("credential", f"one:{ANN.hex()}", blob) == b"secret"
    with pytest.raises(SealError):
        vault.open("credential", f"{name}:{whose.hex()}", blob)

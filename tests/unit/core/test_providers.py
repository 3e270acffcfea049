"""The names of those who make passkeys."""

from uuid import UUID

from simple_2fa.core.providers import PROVIDERS, provider_of

NAME_COLUMN = 80


def test_each_is_named_by_an_aaguid_in_lower_case() -> None:
    assert [each for each in PROVIDERS if str(UUID(each)) != each] == []


def test_each_name_can_be_stored() -> None:
    assert [each for each in PROVIDERS.values() if not 0 < len(each) <= NAME_COLUMN] == []


def test_who_says_nothing_has_no_name() -> None:
    assert provider_of(str(UUID(int=0))) == ""
    assert provider_of("fdb141b2-5d84-443e-8a35-4698c205a502") == "KeePassXC"

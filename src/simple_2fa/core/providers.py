"""Who made a passkey: names for the AAGUIDs of well-known providers and security keys.

An authenticator says its AAGUID by itself, unproved: good for a name that people know, for nothing
else. The names are the makers' own, as in FIDO's metadata and the list that providers keep together
(passkey-authenticator-aaguids).
"""

_YUBIKEY_5 = "YubiKey 5 Series"
_YUBIKEY_5_NFC = "YubiKey 5 Series with NFC"
_YUBIKEY_5_LIGHTNING = "YubiKey 5 Series with Lightning"
_WINDOWS = "Windows Hello"

PROVIDERS = {
    "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
    "fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "Apple Passwords",
    "dd4ec289-e01d-41c9-bb89-70fa845d4bf2": "iCloud Keychain",
    "08987058-cadc-4b81-b6e1-30de50dcbe96": _WINDOWS,
    "9ddd1817-af5a-4672-a2b9-3e3dd95000a9": _WINDOWS,
    "6028b017-b1d4-4c02-b4b3-afcdafc96bb2": _WINDOWS,
    "adce0002-35bc-c60a-648b-0b25f1f05503": "Chrome on Mac",
    "771b48fd-d3d4-4f74-9232-fc157ab0507a": "Edge on Mac",
    "53414d53-554e-4700-0000-000000000000": "Samsung Pass",
    "bada5566-a7aa-401f-bd96-45619a55120d": "1Password",
    "d548826e-79b4-db40-a3d8-11116f7e8349": "Bitwarden",
    "531126d6-e717-415c-9320-3d9aa6981239": "Dashlane",
    "f3809540-7f14-49c1-a8b3-8f813b225541": "Enpass",
    "fdb141b2-5d84-443e-8a35-4698c205a502": "KeePassXC",
    "0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6": "Keeper",
    "b78a0a55-6ef8-d246-a042-ba0f6d55050c": "LastPass",
    "b84e4048-15dc-4dd0-8640-f4f60813c8af": "NordPass",
    "50726f74-6f6e-5061-7373-50726f746f6e": "Proton Pass",
    "cb69481e-8ff7-4039-93ec-0a2729a154a8": _YUBIKEY_5,
    "ee882879-721c-4913-9775-3dfcce97072a": _YUBIKEY_5,
    "19083c3d-8383-4b18-bc03-8f1c9ab2fd1b": _YUBIKEY_5,
    "ff4dac45-ede8-4ec2-aced-cf66103f4335": _YUBIKEY_5,
    "fa2b99dc-9e39-4257-8f92-4a30d23c4118": _YUBIKEY_5_NFC,
    "2fc0579f-8113-47ea-b116-bb5a8db9202a": _YUBIKEY_5_NFC,
    "a25342c0-3cdc-4414-8e46-f4807fca511c": _YUBIKEY_5_NFC,
    "d7781e5d-e353-46aa-afe2-3ca49f13332a": _YUBIKEY_5_NFC,
    "c5ef55ff-ad9a-4b9f-b580-adebafe026d0": _YUBIKEY_5_LIGHTNING,
    "24673149-6c86-42e7-98d9-433fb5b73296": _YUBIKEY_5_LIGHTNING,
    "a02167b9-ae71-4ac7-9a07-06432ebb6f1c": _YUBIKEY_5_LIGHTNING,
    "d8522d9f-575b-4866-88a9-ba99fa02f35b": "YubiKey Bio Series",
    "f8a011f3-8c0a-4d15-8006-17111f9edc7d": "Security Key by Yubico",
    "6d44ba9b-f6ec-2e49-b930-0c8fe920cb73": "Security Key by Yubico with NFC",
}


def provider_of(aaguid: str) -> str:
    """Give the name that people know it by, or '' where we know none."""
    return PROVIDERS.get(aaguid, "")

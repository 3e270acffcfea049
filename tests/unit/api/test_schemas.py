import pytest
from pydantic import ValidationError

from simple_2fa.api.schemas import AnswerRequest, GenerateRequest, StartRequest, VerifyRequest

NAME = "TDLRMWOPQSn0IHXbcUKPIw"


def test_addresses_become_canonical_and_purposes_ours() -> None:
    taken = GenerateRequest(email="Ann@EXAMPLE.com", purpose="log-in_2")
    assert (taken.email, taken.purpose) == ("Ann@example.com", "api:log-in_2")
    assert GenerateRequest(email="ann@example.com").purpose == "api:verify"
    assert StartRequest(to="ann@example.com").purpose == "api:verify"


def test_a_check_names_a_challenge_or_an_address() -> None:
    assert VerifyRequest(code="1", challenge=NAME).email == ""
    assert VerifyRequest(code="1", email="ann@example.com").challenge == ""
    for both_or_none in ({}, {"challenge": NAME, "email": "ann@example.com"}):
        with pytest.raises(ValidationError, match="Send either challenge or email"):
            VerifyRequest.model_validate({"code": "1", **both_or_none})


@pytest.mark.parametrize("code", ["", "1" * 65])
def test_a_code_is_neither_empty_nor_long(code: str) -> None:
    with pytest.raises(ValidationError):
        AnswerRequest(code=code)


def test_faults_don_t_repeat_what_was_sent() -> None:
    with pytest.raises(ValidationError) as caught:
        AnswerRequest.model_validate({"code": ["482913"], "482914": 1})
    assert "482913" not in str(caught.value)


def test_a_channel_is_email() -> None:
    with pytest.raises(ValidationError):
        StartRequest.model_validate({"to": "ann@example.com", "channel": "sms"})

"""What the API takes, field by field."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from simple_2fa.challenges.model import API
from simple_2fa.core.address import canonical
from simple_2fa.core.errors import BadAddressError
from simple_2fa.core.ids import is_id
from simple_2fa.http.body import Body


def _address(text: str) -> str:
    try:
        return canonical(text)
    except BadAddressError as why:
        raise ValueError(str(why)) from None


def _purpose(text: str) -> str:
    if re.fullmatch("[a-z0-9_-]{1,32}", text) is None:
        raise ValueError("Use 1 to 32 characters out of a to z, 0 to 9, _ and -.")
    return API + text


def _challenge(text: str) -> str:
    if not is_id(text):
        raise ValueError("A challenge has 22 characters; send it as it was given.")
    return text


Address = Annotated[
    str,
    StringConstraints(max_length=320),
    AfterValidator(_address),
    Field(description="An e-mail address.", examples=["ann@example.com"]),
]
Purpose = Annotated[
    str,
    AfterValidator(_purpose),
    Field(description="What the proof is wanted for: [a-z0-9_-]{1,32}.", examples=["verify"]),
]
ChallengeId = Annotated[
    str, AfterValidator(_challenge), Field(description="The challenge, 22 characters.")
]
Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    Field(description="The digits; spaces and hyphens don't count.", examples=["482913"]),
]


class GenerateRequest(Body):
    """Send a code."""

    email: Address
    purpose: Purpose = API + "verify"


class StartRequest(Body):
    """Start a challenge."""

    to: Address
    channel: Literal["email"] = "email"
    purpose: Purpose = API + "verify"


class VerifyRequest(Body):
    """Check a code, by the challenge or by the address that it was sent to."""

    code: Code
    challenge: ChallengeId | None = None
    email: Address | None = None
    purpose: Purpose | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "VerifyRequest":
        if (self.challenge is None) == (self.email is None):
            raise ValueError("Send either challenge or email.")
        return self


class AnswerRequest(Body):
    """Answer a challenge."""

    code: Code

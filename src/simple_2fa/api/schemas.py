"""What the API takes, field by field."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

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


PUBLIC_ID: dict[str, Any] = {"pattern": "^[A-Za-z0-9_-]{22}$"}
_DIGITS = "^[ -]*([0-9][ -]*){6}(([0-9][ -]*){4})?$"


def about(description: str, example: object, **schema: Any) -> Any:  # noqa: ANN401 (JSON schema's own)
    """Document a field: words, an example, and what else its schema says."""
    return Field(description=description, examples=[example], json_schema_extra=schema)


Address = Annotated[
    str,
    StringConstraints(max_length=320),
    AfterValidator(_address),
    about("An e-mail address.", "ann@example.com", format="email"),
]
Purpose = Annotated[
    str,
    AfterValidator(_purpose),
    about(
        "What the proof is wanted for: 1 to 32 characters out of a to z, 0 to 9, _ and -.",
        "verify",
        pattern="^[a-z0-9_-]{1,32}$",
    ),
]
ChallengeId = Annotated[
    str,
    AfterValidator(_challenge),
    about("The challenge, as it was given.", "TDLRMWOPQSn0IHXbcUKPIw", **PUBLIC_ID),
]
Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    about("The 6 or 10 digits; spaces and hyphens don't count.", "482913", pattern=_DIGITS),
]


Locale = Annotated[
    str,
    StringConstraints(max_length=35, pattern="^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"),
    about("The reader's language, such as de or de-AT; English where we don't speak it.", "de"),
]


class GenerateRequest(Body):
    """Send a code."""

    email: Address
    purpose: Purpose = API + "verify"
    locale: Locale = "en"


class StartRequest(Body):
    """Start a challenge."""

    to: Address
    channel: Annotated[Literal["email"], about("How the code travels.", "email")] = "email"
    purpose: Purpose = API + "verify"
    locale: Locale = "en"


class VerifyRequest(Body):
    """Check a code, by the challenge or by the address that it was sent to."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["challenge"]}, {"required": ["email"]}]}
    )

    code: Code
    challenge: ChallengeId = ""
    email: Address = ""
    purpose: Purpose = ""

    @model_validator(mode="after")
    def _names_one(self) -> "VerifyRequest":
        if bool(self.challenge) == bool(self.email):
            raise ValueError("Send either challenge or email.")
        return self


class AnswerRequest(Body):
    """Answer a challenge."""

    code: Code

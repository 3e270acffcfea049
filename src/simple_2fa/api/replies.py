"""What the API gives, field by field."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from simple_2fa.api.schemas import PUBLIC_ID, about


class Reply(BaseModel):
    """A response's body; a field that has nothing to say is left out."""

    model_config = ConfigDict(frozen=True)


Name = Annotated[
    str, about("The challenge's name: keep it.", "TDLRMWOPQSn0IHXbcUKPIw", **PUBLIC_ID)
]
Delivery = Annotated[
    Literal["queued", "sending", "sent", "deferred", "failed"],
    about("How far the newest letter has come.", "queued"),
]
Status = Annotated[
    Literal["pending", "approved", "canceled", "expired", "max_attempts_reached"],
    about("Pending while it takes answers.", "pending"),
]
TriesLeft = Annotated[int, about("How many wrong codes it still takes.", 5, minimum=0)]


class Said(Reply):
    """What happened, for people."""

    message: str = about("What happened, for people.", "2FA code sent.")


class Standing(Reply):
    """How a challenge stands."""

    challenge: Name
    status: Status
    to: str = about("The address, masked.", "a•••@example.com")
    created_at: datetime = about("When it was started, in UTC.", "2026-11-22T10:30:00Z")
    expires_at: datetime = about("Until when it takes answers.", "2026-11-22T10:40:00Z")
    resend_after: datetime = about("From when on it can be sent again.", "2026-11-22T10:30:30Z")
    tries_left: TriesLeft
    followed_by: str = Field(
        "", description="The challenge that took its place.", json_schema_extra=PUBLIC_ID
    )


class Started(Standing, Said):
    """A challenge whose code is on its way."""

    delivery: Delivery
    channel: Literal["email"] = about("How the code travels.", "email")
    page: str = about(
        "Where the person may enter the code, if not in your application.",
        "https://2fa.example.com/verify/QxUe5u2iTeEZzXa4yZC2Qmm0aTzeyxjeDJpR9bP0a1s",
        format="uri",
    )


class Shown(Standing):
    """A challenge and its letter."""

    delivery: Delivery


class Canceled(Standing, Said):
    """A challenge that was closed without an answer."""


class Approved(Said):
    """The code was right: the address is proved, this once."""

    status: Literal["approved"] = about("Always approved.", "approved")
    challenge: Name
    purpose: str = about("What the proof is for: compare it with what you want.", "verify")


class Fault(Reply):
    """A field that can't be used."""

    pointer: str = about("The field, as a JSON pointer (RFC 6901).", "/email")
    detail: str = about("What is wrong with it.", "This field is required.")


class Refusal(Reply):
    """Why it didn't work: problem details (RFC 9457)."""

    type: str = about("The page that explains it.", "https://2fa.example.com/docs#wrong_code")
    title: str = about("Its kind.", "Wrong code")
    status: int = about("The HTTP status.", 400)
    detail: str = about("What to do.", "That code isn't right.")
    message: str = about("What happened, for people.", "That code isn't right.")
    code: str = about("What happened, for programs.", "wrong_code")
    request_id: str = about("Our log has it too.", "jX_wpvrTfCvCsnI0nzOplw", **PUBLIC_ID)
    tries_left: int = Field(0, ge=0, description="After a wrong code.", examples=[4])
    errors: list[Fault] = Field([], description="The fields that can't be used.")

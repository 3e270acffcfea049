"""Credentials as values: one that is about to be stored, and one as its owner sees it."""

from dataclasses import dataclass, field
from datetime import datetime

from simple_2fa.core.ids import new_id


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What enrolment proved.

    Attributes:
        subject: digest of whose it is.
        secret: what the factor's verdict returned; sealed before it is stored.
        name: how its owner calls it.
        id: public id.
    """

    subject: bytes
    factor: str
    secret: bytes
    name: str = ""
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Credential:
    """A row without its secret.

    Attributes:
        id: public id.
        name: how its owner, or its provider, calls it; '' where nobody has said.
    """

    id: str
    factor: str
    name: str
    created_at: datetime
    used_at: datetime | None

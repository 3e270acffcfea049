"""A credential that is about to be stored."""

from dataclasses import dataclass, field

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

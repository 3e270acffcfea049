"""Events: one audit entry for each attempt, and the sorted list of what can happen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Tag(StrEnum):
    """What happened, as `subject:noun:verb`, in alphabetical order."""

    ACCOUNT_CREATE = "account:account:create"
    ACCOUNT_DELETE = "account:account:delete"
    ACCOUNT_DISABLE = "account:account:disable"
    ACCOUNT_ENABLE = "account:account:enable"
    ACCOUNT_RESET = "account:credentials:reset"
    ADDRESS_CHANGE = "account:address:change"
    BROWSER_FORGET = "session:browser:forget"
    CHALLENGE_ANSWER = "challenge:answer:check"
    CHALLENGE_CANCEL = "challenge:challenge:cancel"
    CHALLENGE_RESEND = "challenge:letter:resend"
    CHALLENGE_START = "challenge:challenge:start"
    CHALLENGE_SWITCH = "challenge:factor:switch"
    CLIENT_CREATE = "client:key:create"
    CLIENT_REVOKE = "client:key:revoke"
    CREDENTIAL_ADD = "account:credential:add"
    CREDENTIAL_REMOVE = "account:credential:remove"
    CREDENTIAL_RENAME = "account:credential:rename"
    MAIL_CODES_SWITCH = "account:mail_codes:switch"
    NOT_ME = "account:not_me:say"
    PASSWORD_CHANGE = "account:password:change"
    PASSWORD_CHECK = "account:password:check"
    PASSWORD_KEEP = "account:password:keep"
    PASSWORD_RESET = "account:password:reset"
    PASSWORD_RESTORE = "account:password:restore"
    RECOVERY_CANCEL = "account:recovery:cancel"
    RECOVERY_START = "account:recovery:start"
    RECOVERY_SWITCH = "account:recovery:switch"
    RECOVERY_USE = "account:recovery:use"
    SESSION_END = "session:session:end"
    SESSION_LOGIN = "session:session:login"
    SESSION_LOGOUT = "session:session:logout"
    SESSION_STEP_UP = "session:step_up:check"


@dataclass(frozen=True, slots=True)
class Event:
    """One audit entry, and the witness of its unit after an ambiguous COMMIT.

    Attributes:
        attempt: primary key, minted before the unit (`core.ids.new_attempt`).
        at: when the attempt was made (aware, UTC).
        outcome: how it ended, one word; what a re-run reports.
        about: public id of the row that it concerns, or ''.
        subject: digest of whom it concerns, or None.
        account: public id of the account in whose activity it is listed, or ''.
        actor: who asked, as `kind:id`, or ''.
        data: small facts beside; never a secret.
    """

    attempt: bytes
    at: datetime
    tag: Tag
    outcome: str
    about: str = ""
    subject: bytes | None = None
    actor: str = ""
    data: Mapping[str, str | int] = field(default_factory=dict)
    account: str = ""

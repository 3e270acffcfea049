"""Every limit of the product, in words beside its numbers."""

from dataclasses import dataclass

from simple_2fa.core.clock import DAY, HOUR, SECOND


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: so many at once, refilled evenly over a span of milliseconds."""

    size: int
    span: int

    @property
    def step(self) -> int:
        """Milliseconds until one spent token is back."""
        return self.span // self.size


@dataclass(frozen=True, slots=True)
class Limit:
    """One to three rates that hold at once for one key, the shortest span first."""

    name: str
    rates: tuple[Rate, ...]


GUESSES = Limit("guesses", (Rate(10, HOUR), Rate(25, DAY), Rate(75, 30 * DAY)))
"""The ledger. A client may guess at one subject's codes 10 times an hour, 25 times a day and 75
times in 30 days; so in a year at most 75 + 75 * 365 / 30 = 988 times, and with 6 digits the chance
of one hit stays under 1 in 1000. A guess is a millionth of certain success: one 6-digit code."""

CLIENT_LETTERS = Limit("letters", (Rate(1, 30 * SECOND), Rate(5, HOUR), Rate(20, DAY)))
"""A client may cause a letter to one address every 30 seconds, 5 in an hour, 20 in a day; what was
unused comes on top once, so a first day may see up to 40."""

SIGN_IN_LETTERS = Limit("sign_in_letters", (Rate(5, HOUR), Rate(20, DAY)))
"""After the right password an account gets 5 codes in an hour, 20 in a day: as many again in each
browser that is known to belong to it, so that a thief of the password uses up his alone. What was
unused comes on top once, here and below."""

SIGN_IN_LETTERS_IN_ALL = Limit("sign_in_letters_in_all", (Rate(20, HOUR), Rate(80, DAY)))
"""An application may give several people one address, whoever it belongs to: all of them together
get 20 codes in an hour, 80 in a day, beside those of known browsers. With fewer than four accounts
nobody uses that up."""

UNASKED_LETTERS = Limit("unasked_letters", (Rate(3, DAY),))
"""Anybody may have letters sent to anybody by creating an account, resetting a password or changing
an address: from one network 3 a day to one address for each of the three, and as many in a browser
that is known there."""

UNASKED_LETTERS_IN_ALL = Limit("unasked_letters_in_all", (Rate(12, DAY),))
"""From all networks together 12 a day to one address for each of the three: with fewer than four
networks nobody uses that up, and so keeps out an owner who is in no known browser."""

MOVES = Limit("moves", (Rate(5, DAY),))
"""Where an application gives somebody another address, the former one is told: 5 times a day for
one person, however often that happens."""

RECOVERIES = Limit("recoveries", (Rate(3, 30 * DAY),))
"""Whoever has lost everything may start the wait that opens the account 3 times, then once more
every ten days: a thief of the password can't go on asking until its owner overlooks a letter."""

LETTER_GAP = Limit("letter_gap", (Rate(1, 30 * SECOND),))
"""One session causes one letter to an address every 30 seconds."""

STRANGERS_BY_BLOCK = Limit("strangers_by_block", (Rate(40, HOUR), Rate(150, DAY)))
"""From one network (an IPv4 address, an IPv6 /64) people who aren't signed in may ask for 40 new
accounts or passwords in an hour, 150 in a day."""

PASSKEY_QUESTIONS = Limit("passkey_questions", (Rate(600, HOUR),))
"""Each page to sign in asks for a passkey, whoever comes: 600 times an hour for one network."""

PASSWORD_WORK = Limit("password_work", (Rate(300, HOUR),))
"""Passwords that are checked or judged, right or wrong, for one network or one known browser: 300
in an hour. Each costs as much as a hundred pages."""

PASSWORDS = Limit("passwords", (Rate(10, HOUR), Rate(20, DAY)))
"""Wrong passwords for one address from one network: 10 in an hour, 20 in a day; as many again in
each browser that is known there."""

PASSWORDS_IN_ALL = Limit("passwords_in_all", (Rate(60, HOUR), Rate(200, DAY)))
"""Wrong passwords for one address from all networks together: 60 in an hour, 200 in a day. Six
networks use up an hour of that, ten a day; even then the owner gets in with a known browser, or by
a new password."""

PASSWORDS_BY_BLOCK = Limit("passwords_by_block", (Rate(60, HOUR), Rate(200, DAY)))
"""Wrong passwords from one network, whatever the address: 60 in an hour, 200 in a day. Not those
in a browser that is known there: else whoever shares her network could keep the owner out."""

LONG_CODE_BELOW = 5
"""With fewer guesses left than this, the next mailed code has 10 digits, which cost nothing."""

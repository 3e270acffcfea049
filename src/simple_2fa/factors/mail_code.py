"""A code of digits, mailed to the subject's address."""

from simple_2fa.core import codes
from simple_2fa.core.factor import Begun, Context, Factor, Letter, Verdict


class MailCode(Factor):
    """The default factor: it needs no enrolment and counts for one mailbox only.

    NIST SP 800-63B-4, 3.1.3.1 does not take e-mail as out-of-band authentication, so it never
    claims AAL2.
    """

    name = "mail_code"
    strength = 10
    amr = ("otp",)
    rests_on_mailbox = True

    def guess_cost(self, digits: int, held: int) -> int:  # noqa: ARG002 (one code counts, whatever is held)
        """One code is accepted out of 10 to the number of digits."""
        return codes.guess_cost(digits)

    def begin(self, context: Context) -> Begun:
        """Draw a code and put it into a letter."""
        code = codes.new_code(context.digits)
        letter = Letter("code", {"code": code})
        return Begun(code.encode(), {"digits": context.digits}, letter)

    def finish(self, context: Context, state: bytes, answer: str) -> Verdict:
        """Compare the typed digits with the mailed ones, in constant time."""
        return Verdict(codes.same(codes.read_code(answer, context.digits), state.decode()))


factor = MailCode()

"""`mail test`: one letter, sent at once and told about."""

from contextlib import closing

import click

from simple_2fa.core.address import canonical
from simple_2fa.core.clock import utc_now
from simple_2fa.core.errors import BadAddressError
from simple_2fa.core.ids import new_id
from simple_2fa.flask.building import mail_server
from simple_2fa.flask.commands.faults import end
from simple_2fa.mail.letters import Letters
from simple_2fa.mail.smtp import Smtp
from simple_2fa.mail.transport import DeferredError, OutOfReachError, RefusedError
from simple_2fa.settings import Settings


def send(settings: Settings, address: str) -> None:
    """Send a letter that says what it is; end with status 1 where it isn't taken."""
    try:
        to = canonical(address)
    except BadAddressError as why:
        raise click.BadParameter(str(why), param_hint="ADDRESS") from None
    site, server = settings.site_name, f"{settings.smtp_server}:{settings.smtp_port}"
    text = f"{site} can send letters. Somebody who runs it tried that; there is nothing to do."
    letter = Letters(site, settings.mail_from or "").plain(
        f"A letter to try the mail of {site}", text, to, new_id(), utc_now()
    )
    try:
        with closing(Smtp(mail_server(settings))) as way:
            said = way.send(letter)
    except OutOfReachError as why:
        end(f"Nothing was sent: {why}")
    except (RefusedError, DeferredError) as why:
        end(f"{server} didn't take a letter to {to}: {why}")
    click.echo(f"{server} took a letter to {to}: {said}")

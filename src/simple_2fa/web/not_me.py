"""'That wasn't me': where the link of a letter leads. To look at it changes nothing."""

from flask import Response

from simple_2fa.accounts.model import Link
from simple_2fa.core.address import mask
from simple_2fa.http import agents, visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import anybody
from simple_2fa.http.pages import page
from simple_2fa.http.paths import here
from simple_2fa.http.services import services
from simple_2fa.signin import not_me
from simple_2fa.signin.model import OverError
from simple_2fa.signin.taking_back import TakenBack


@anybody
def show(token: str) -> Response:
    """Say what happened, and what the button does."""
    return _page(not_me.find(visits.visit(), token))


@anybody
def say(token: str) -> Response:
    """Do that; a link works once."""
    link = not_me.find(visits.visit(), token)
    if not csrf_fits():
        return _page(link, error="stale_form")
    try:
        taken = not_me.say(visits.visit(), token)
    except OverError:
        return _page(None)
    services().worker.wake()
    told = {"about": link and link.about, **_told(taken)}
    done = page("not_me", {"state": "done", "error": None, **told})
    session = visits.session()
    is_hers = session and link and session.account == link.account
    return visits.leave(done) if is_hers else done


def _page(link: Link | None, *, error: str | None = None) -> Response:
    if link is None:
        return page("not_me", {"state": "gone", "error": error}, 403 if error else 404)
    place = {
        "agent": agents.spoken(link.agent) if link.agent else "",
        "network": agents.network(link.network) if link.network else "",
    }
    told = {"about": link.about, "happened_at": link.at, "place": place, "here": here()}
    told |= _told(not_me.takes_back(visits.visit(), link))
    return page("not_me", {"state": "ask", "error": error, **told}, 403 if error else 200)


def _told(taken: TakenBack) -> dict[str, object]:
    """Give what the page says of it; of a factor that this node doesn't have, the name alone."""
    known = services().desk.factors
    gone = [(each.factor if each.factor in known else "", each.name) for each in taken.added]
    back_to = taken.address and mask(taken.address)
    stays = {"ways_stay": taken.ways_stay, "address_stays": taken.address_stays}
    return {"gone": gone, "back_to": back_to, "opens_mail": taken.opens_mail, **stays}


ROUTES = (
    ("GET", "/not-me/<token>", show),
    ("POST", "/not-me/<token>", say),
)

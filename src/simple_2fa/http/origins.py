"""Where a request comes from: its client's address, its page's origin, its host."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from flask import current_app, request

from simple_2fa.http.services import mount, services

Address = IPv4Address | IPv6Address

_FORWARDED = ("Forwarded", "Via")
_OWN_HOST = r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?"
_SAME_SITE = {"same-origin", "none"}


def client_address() -> Address | None:
    """Give the client's address, or None where the server doesn't know it (a unix socket).

    Forwarding headers count only where one of our own proxies set them (security decision 11):
    the list is read from its end, and the first address that isn't a proxy of ours is the client.
    """
    peer = _address(request.remote_addr or "")
    trusted = services().settings.trusted_proxies
    hops = request.headers.get("X-Forwarded-For", "").split(",") if trusted else []
    while hops and peer is not None and any(peer in network for network in trusted):
        hop = _address(hops.pop().strip())
        if hop is None:
            break
        peer = hop
    return peer


def block(address: Address) -> str:
    """Name the block that limits count together: an IPv4 address, or an IPv6 /64."""
    if isinstance(address, IPv4Address):
        return str(address)
    network: IPv6Network = ip_network((address, 64), strict=False)  # type: ignore[assignment]
    return str(network)


def is_own_origin() -> bool:
    """Tell whether a browser's headers, where it sent some, name a page of ours.

    Sec-Fetch-Site is the browser's own judgement (Fetch Metadata). Origin is 'null' for our own
    pages, too, where an application says 'Referrer-Policy: no-referrer'.
    """
    site, origin = (request.headers.get(name) for name in ("Sec-Fetch-Site", "Origin"))
    if site is not None and site not in _SAME_SITE:
        return False
    if origin is None or origin in _own_origins():
        return True
    return mount().is_hosted and site is not None


def passkeys_at() -> str:
    """Give the origin where passkeys work, if not here: none belongs to an IP address.

    In production people come by the one name that is set.
    """
    origin = services().settings.origin or ""
    is_here = _host(f"//{request.host}") == _host(origin)
    return "" if is_here or not services().development else origin


def _host(address: str) -> str | None:
    return urlsplit(address).hostname


def is_misdirected() -> bool:
    """Tell whether a development server is reached by anything but this very machine.

    A proxy in front, or another name that leads here, would let strangers in without a key.
    """
    if not services().development:
        return False
    forwarded = any(
        name in _FORWARDED or name.startswith("X-Forwarded-") for name in _header_names()
    )
    # `run` listens on loopback alone; where an application listens is its own business.
    by_accident = mount().is_hosted and not (_is_from_here() and _is_tried_out())
    return forwarded or by_accident or not names_this_machine()


def names_this_machine() -> bool:
    """Tell whether the request came to a name that is this machine's for certain."""
    return re.fullmatch(_OWN_HOST, request.host, re.IGNORECASE) is not None


def _is_from_here() -> bool:
    peer = _address(request.remote_addr or "")
    return peer is None or peer.is_loopback


def _is_tried_out() -> bool:
    """Whether its developer runs an application, by Flask's own server, by a test or by asking.

    A real server, where a proxy may stand that tells nothing of strangers, is none of these.
    """
    is_flask_s = request.environ.get("SERVER_SOFTWARE", "").startswith("Werkzeug/")
    return is_flask_s or current_app.debug or current_app.testing or mount().is_apart


def _header_names() -> list[str]:
    return [name.title() for name in request.headers.keys()]  # noqa: SIM118 (pairs, not a dict)


def _own_origins() -> set[str | None]:
    own: set[str | None] = {services().settings.origin}
    if services().development:
        own.add(f"http://{request.host}")  # loopback: `is_misdirected` has checked it
    if mount().is_hosted:  # which may have more names than PUBLIC_URL says
        own.add(request.host_url.rstrip("/"))
    return own


@lru_cache(maxsize=1024)
def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

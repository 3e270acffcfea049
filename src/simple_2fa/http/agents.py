"""Naming a browser and a network so that their owner recognises them."""

import re

from simple_2fa.core.words import gettext as _

# The first that fits: most browsers name others too, and the later ones are named by many.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|OPiOS/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Vivaldi", r"Vivaldi/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Version/[\d.]+.* Safari/"),
    ("curl", r"^curl/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("ChromeOS", r"CrOS"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)
_LONGEST = 512
"""Characters of the header that are looked at."""


def name(user_agent: str) -> str:
    """Name browser and system, 'Firefox on Windows'; '' for what nobody would recognise."""
    read = user_agent[:_LONGEST]
    browser, system = _first(_BROWSERS, read), _first(_SYSTEMS, read)
    return " on ".join(filter(None, (browser, system)))


def spoken(agent: str) -> str:
    """Word such a name in the language that is spoken now."""
    browser, _on, system = agent.partition(" on ")
    if not agent:
        return _("an unknown browser")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if _on else agent


def network(named: str) -> str:
    """Show a block without its last part: '203.0.113.x'."""
    head, dot, _last = named.rpartition(".")
    return f"{head}.x" if dot else named


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((found for found, pattern in patterns if re.search(pattern, text)), "")

"""QR codes (ISO/IEC 18004), drawn into the page."""

import re

from markupsafe import Markup

_QUIET = 4
"""Modules around it that stay light."""
_DRAWN = Markup(
    '<svg class="qr" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"'
    ' role="img" aria-label="{label}">'
    '<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{dark}"/></svg>'
)
"""Dark on light in itself: scanners need that, whatever the page's colours are."""


def qr(text: str, label: str) -> Markup:
    """Draw a text that takes some damage (level M at least); `label` tells those who can't see it.

    Raises:
        ValueError: the text is too long.
    """
    import segno  # noqa: PLC0415 (slow to import, and hardly ever needed)

    code = segno.make(text, error="m", micro=False)
    rows = enumerate(code.matrix_iter(border=_QUIET))
    dark = "".join(_dark(y, bytes(row)) for y, row in rows)
    return _DRAWN.format(size=code.symbol_size(border=_QUIET)[0], label=label, dark=dark)


def _dark(y: int, row: bytes) -> str:
    """Give a row's dark runs, as parts of an SVG path."""
    runs = re.finditer(rb"\x01+", row)
    return "".join(f"M{run.start()} {y}h{len(run[0])}v1h-{len(run[0])}z" for run in runs)

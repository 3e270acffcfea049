"""Asking which rows a set of keys can't open."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, not_

from simple_2fa.core.vault import prefix


def sealed_by_others(column: Column[Any], keys: Sequence[str]) -> ColumnElement[bool]:
    """Give the condition that a column holds a seal of a key whose id isn't among these."""
    ours = (column.startswith(prefix(key), autoescape=True) for key in keys)
    return and_(column != "", *(not_(each) for each in ours))

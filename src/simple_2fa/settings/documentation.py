"""What each setting is for: the words under its field, read from the source.

Pydantic would read them at each start of a process, which takes a quarter of Flask's import.
"""

import ast
from inspect import cleandoc, getsource
from itertools import pairwise

from simple_2fa.settings import Settings


def documentation() -> dict[str, str]:
    """Give the words of each setting by its name, as people write it."""
    names = dict(zip(Settings.model_fields, Settings.names(), strict=True))
    (definition,) = ast.parse(getsource(Settings)).body
    found = {}
    for pair in pairwise(ast.iter_child_nodes(definition)):
        match pair:
            case ast.AnnAssign(target=ast.Name(field)), ast.Expr(ast.Constant(str(words))):
                found[names[field]] = cleandoc(words)
    return found

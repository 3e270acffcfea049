"""One function makes a session full, and six doors lead to it: what no test by HTTP can show."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from simple_2fa.sessions.model import Session, Stage

SOURCE = Path(__file__).parents[2] / "src/simple_2fa"
FILES = sorted(SOURCE.rglob("*.py"))


class TestDoors:
    def test_one_function_alone_makes_a_session_full(self) -> None:
        assert users_of("sessions.model", "full") == {"signin.login.complete_login"}

    def test_six_doors_alone_lead_to_it(self) -> None:
        assert users_of("signin.login", "complete_login") == {
            "signin.login.answer.cash",
            "signin.login._skip.work",
            "signin.register._open_account",
            "signin.recover.set_password.work",
            "signin.alone.answer.cash",
            "signin.lost.go_on.work",
        }


class TestStages:
    def test_nothing_else_gives_a_session_one(self) -> None:
        setting = {name for name, call in calls() if any(k.arg == "stage" for k in call.keywords)}
        assert setting == {
            "sessions.model.waiting",
            "sessions.model.full",
            "sessions.store",  # the statement that writes whatever one of these gave
            "sessions.store._session",
        }

    def test_half_the_way_is_never_all_the_way(self) -> None:
        users = users_of("sessions.model", "waiting")
        found = [call for name, call in calls() if name in users and ends(call) == "waiting"]
        assert {ast.unparse(call.args[1]) for call in found} == {"Stage.PASSWORD", "Stage.RESET"}
        assert len(found) == len(users)

    def test_a_session_is_made_in_two_places(self) -> None:
        making = {name for name, call in calls() if ends(call) == Session.__name__}
        assert making == {"sessions.model.anonymous", "sessions.store._session"}

    def test_a_stage_is_read_from_a_row_alone(self) -> None:
        read = {name for name, call in calls() if ends(call) == Stage.__name__}
        assert read == {"sessions.store._session"}

    def test_the_word_for_the_last_one_stands_in_one_place(self) -> None:
        found = [
            name
            for name, tree in modules()
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and node.value == Stage.FULL.value
        ]
        assert found == ["sessions.model"]

    def test_stores_alone_write_sessions_and_browsers(self) -> None:
        users = users_of("db.schema", "sessions") | users_of("db.schema", "browsers")
        assert {".".join(name.split(".")[:2]) for name in users} == {
            "sessions.store",
            "sessions.browsers",
        }


@cache
def modules() -> list[tuple[str, ast.Module]]:
    files = {".".join(f.relative_to(SOURCE).with_suffix("").parts): f for f in FILES}
    return [
        (name.removesuffix(".__init__"), ast.parse(file.read_text("utf-8")))
        for name, file in files.items()
    ]


def inside(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    """Find all nodes, each with the dotted name of the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        yield name, child
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            yield from inside(child, f"{name}.{child.name}")
        else:
            yield from inside(child, name)


def calls() -> Iterator[tuple[str, ast.Call]]:
    for module, tree in modules():
        for name, node in inside(tree, module):
            if isinstance(node, ast.Call):
                yield name, node


def ends(call: ast.Call) -> str:
    """The last word of what is called."""
    return ast.unparse(call.func).rpartition(".")[2]


def users_of(module: str, name: str) -> set[str]:
    """Find whoever names a thing of a module, to call it or to hand it on."""
    found: set[str] = set()
    for at, tree in modules():
        known = _spellings(at, tree, module, name)
        reads = (where for where, node in inside(tree, at) if _is_read(node, known))
        found.update(reads)
    return found


def _is_read(node: ast.AST, known: set[str]) -> bool:
    is_name = isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    return is_name and ast.unparse(node) in known


def _spellings(at: str, tree: ast.Module, module: str, name: str) -> set[str]:
    """Give how a module may spell it: as it was imported, or behind its own module's name."""
    whole = f"simple_2fa.{module}"
    found = {name} if at == module else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            known = {f"{node.module}.{each.name}": each.asname or each.name for each in node.names}
            found |= {known.get(f"{whole}.{name}", ""), f"{known.get(whole, '')}.{name}"}
        elif isinstance(node, ast.Import):
            known = {each.name: each.asname or each.name for each in node.names}
            found |= {f"{known.get(whole, '')}.{name}"}
    return found

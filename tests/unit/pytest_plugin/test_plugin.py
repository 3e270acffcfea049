"""The plugin in the tests of others: small files, run by a pytest of their own."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import simple_2fa.pytest_plugin
import toy_shop  # noqa: F401 (what an inner run imports first, it imports anew)

pytest_plugins = ["pytester"]

APP = """
    import pytest, toy_shop

    @pytest.fixture(scope="session")
    def app(tmp_path_factory):
        return toy_shop.shop(tmp_path_factory.mktemp("shop"))
"""
HEAVY = ("flask", "werkzeug", "sqlalchemy", "pydantic", "playwright", "simple_2fa.flask")


def outcomes(result: pytest.RunResult) -> dict[str, int]:
    return {name: count for name, count in result.parseoutcomes().items() if name != "warnings"}


def test_each_test_begins_afresh_with_one_application(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(APP)
    pytester.makepyfile("""
        import pytest
        from toy_shop import ANN

        FOLDERS = set()

        def signed_in(app):
            FOLDERS.add(app.extensions["simple_2fa"].services.settings.instance_path)
            client = app.test_client()
            client.post("/login", data={"user": "ann"})
            return client

        def test_first(app, two_factor):
            client = signed_in(app)
            client.get("/bank/transfer")
            assert two_factor.answer(client, two_factor.mail_code(ANN)).location == "/bank/transfer"
            two_factor.clock.move(days=1)

        def test_second(app, two_factor):
            client = signed_in(app)
            assert two_factor.letters() == []
            assert client.get("/bank/transfer").location == "/verify"

        @pytest.fixture
        def asked(app):
            client = signed_in(app)
            client.get("/bank/transfer")
            return client

        def test_another_fixture_was_first(asked, two_factor):
            assert two_factor.confirm(asked, ANN).location == "/bank/transfer"

        def test_without_it(app):
            assert signed_in(app).get("/bank/transfer").location == "/verify"

        def test_all_were_elsewhere():
            assert len(FOLDERS) == 4
            assert not any("shop0" in str(each) or each.exists() for each in FOLDERS)
    """)
    assert outcomes(pytester.runpytest_inprocess()) == {"passed": 5}


def test_a_fixture_may_change_what_another_gives(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(APP)
    pytester.makepyfile("""
        import pytest

        @pytest.fixture
        def app(app):
            return app

        @pytest.mark.parametrize("time", range(2))
        def test_it(time, app, two_factor):
            assert two_factor.letters() == []
            assert len(app.extensions["simple_2fa"]._makers) == 1
    """)
    assert outcomes(pytester.runpytest_inprocess()) == {"passed": 2}


def test_what_is_missing_is_told_with_what_to_do(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_no_app="def test_it(two_factor): ...",
        test_no_second_step="""
            import flask, pytest

            @pytest.fixture
            def app():
                return flask.Flask("bare")

            def test_it(two_factor): ...
        """,
        test_no_database="""
            import pytest

            @pytest.fixture
            def app(database): ...

            def test_it(two_factor): ...
        """,
    )
    result = pytester.runpytest_inprocess()
    assert outcomes(result) == {"errors": 3}
    said = " ".join(str(result.stdout).split())
    assert (
        "two_factor needs a fixture named 'app': write one in your conftest.py that gives your"
        " Flask application" in said
    )
    assert (
        "two_factor finds no second step in what the fixture 'app' gives: call Simple2FA(app), or"
        " two_factor.init_app(app), before the fixture gives it" in said
    )
    assert "fixture 'database' not found" in said


def test_a_failure_shows_the_line_of_the_test_alone(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(APP)
    pytester.makepyfile("""
        def test_it(app, two_factor):
            two_factor.confirm(app.test_client(), "ann@example.com")
    """)
    result = pytester.runpytest_inprocess()
    assert outcomes(result) == {"failed": 1}
    result.stdout.fnmatch_lines([">*two_factor.confirm(*", "E*this client is asked for no*"])
    result.stdout.no_fnmatch_line("*two_factor.py:*: AssertionError")


def test_another_session_is_charged_nothing() -> None:
    loaded = f"import sys, pytest, {simple_2fa.pytest_plugin.__name__}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert [name for name in run.stdout.split() if name.startswith(HEAVY)] == []


def test_a_session_without_our_fixtures_loads_nothing_more(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(f"""
        import sys, pytest

        @pytest.fixture
        def app():
            return object()

        def test_it(app):
            assert [name for name in sys.modules if name.startswith({HEAVY})] == []
    """)
    result = pytester.runpytest_subprocess("-p", simple_2fa.pytest_plugin.__name__)
    assert outcomes(result) == {"passed": 1}


def test_pytest_finds_it_where_it_is_installed() -> None:
    (found,) = entry_points(group="pytest11", name="simple_2fa")
    assert found.load() is simple_2fa.pytest_plugin

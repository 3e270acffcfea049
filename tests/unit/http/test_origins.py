from ipaddress import ip_address

import pytest

from apps import Site, made
from simple_2fa.http.origins import block, client_address, is_misdirected, is_own_origin

PROXIES = "10.0.0.0/8, fd00::/8"


@pytest.fixture(scope="module")
def development(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("development"))


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Production behind proxies of its own."""
    folder = tmp_path_factory.mktemp("behind")
    return made(folder, development=False, TRUSTED_PROXIES=PROXIES)


def seen(site: Site, peer: str | None, forwarded: str = "") -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with site.app.test_request_context(headers=headers, environ_overrides={"REMOTE_ADDR": peer}):
        return str(client_address())


class TestClientAddress:
    @pytest.mark.parametrize("forwarded", ["", "198.51.100.7", "10.0.0.1, 127.0.0.1"])
    def test_a_stranger_s_headers_count_for_nothing(self, behind: Site, forwarded: str) -> None:
        assert seen(behind, "203.0.113.5", forwarded) == "203.0.113.5"

    def test_without_trusted_proxies_nobody_s_count(self, development: Site) -> None:
        assert seen(development, "127.0.0.1", "198.51.100.7") == "127.0.0.1"

    @pytest.mark.parametrize(
        ("forwarded", "client"),
        [
            ("198.51.100.7", "198.51.100.7"),
            ("1.2.3.4, 198.51.100.7", "198.51.100.7"),
            ("1.2.3.4, 198.51.100.7, 10.0.0.9", "198.51.100.7"),
            ("10.0.0.8, 10.0.0.9", "10.0.0.8"),
            ("2001:db8::1,fd00::9", "2001:db8::1"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("198.51.100.7, x", "10.0.0.1"),
            ("198.51.100.7:1234", "10.0.0.1"),
            (" , ", "10.0.0.1"),
        ],
    )
    def test_from_our_proxies_the_last_stranger_is_the_client(
        self, behind: Site, forwarded: str, client: str
    ) -> None:
        assert seen(behind, "10.0.0.1", forwarded) == client
        assert seen(behind, "::ffff:10.0.0.1", forwarded) == client

    @pytest.mark.parametrize("peer", [None, "", "unix:"])
    def test_a_socket_without_an_address_has_none(self, behind: Site, peer: str | None) -> None:
        assert seen(behind, peer, "198.51.100.7") == "None"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
    ],
)
def test_limits_count_an_ipv6_network_together(address: str, counted: str) -> None:
    assert block(ip_address(address)) == counted


class TestOwnOrigin:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "https://2fa.example.com"},
            {"Origin": "https://2fa.example.com", "Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "none"},
        ],
    )
    def test_programs_and_our_own_pages_may_call(
        self, behind: Site, headers: dict[str, str]
    ) -> None:
        with behind.app.test_request_context(headers=headers):
            assert is_own_origin()

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://2fa.example.com", "Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": ""},
            {"Origin": "http://2fa.example.com"},
            {"Origin": "https://2fa.example.com:444"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": ""},
        ],
    )
    def test_other_sites_may_not_whatever_the_host_is_called(
        self, behind: Site, headers: dict[str, str]
    ) -> None:
        forged = {"Host": "evil.example", **headers}
        with behind.app.test_request_context(headers=forged):
            assert not is_own_origin()

    def test_development_knows_the_name_it_was_called_by(self, development: Site) -> None:
        for host in ("localhost:5000", "127.0.0.1:5000", "[::1]:5000"):
            headers = {"Host": host, "Origin": f"http://{host}"}
            with development.app.test_request_context(headers=headers):
                assert is_own_origin()

    def test_production_is_never_misdirected(self, behind: Site) -> None:
        with behind.app.test_request_context(headers={"Host": "x", "Via": "1.1 proxy"}):
            assert not is_misdirected()


class TestMisdirected:
    @pytest.mark.parametrize(
        "host",
        [
            *("localhost", "localhost:5000", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:5000"),
            *("[::1]", "[::1]:5000"),
        ],
    )
    def test_this_machine_s_names_lead_here(self, development: Site, host: str) -> None:
        with development.app.test_request_context(headers={"Host": host}):
            assert not is_misdirected()

    @pytest.mark.parametrize(
        "host",
        [
            *("acme.test", "acme.test:5000", "192.168.1.7:5000", "localhost.acme.test"),
            *(
                "0.0.0.0:1",
                "127.0.0.1.acme.test",
                "127.0.0.1.nip.io:5000",
                "127.1",
                "2130706433",
                "localhost.",
                "127.0.0.2:5000",
                "ann@localhost",
            ),
            *("[::]", "[::]:5000", "[2001:db8::1]:5000", "[::ffff:192.0.2.1]", "::1", "[::1].x"),
            *("/tmp/socket", "localhost@acme.test", "localhost:5000:81", "[::1", "x]", ":5000"),  # noqa: S108
        ],
    )
    def test_no_other_name_does(self, development: Site, host: str) -> None:
        with development.app.test_request_context(headers={"Host": host}):
            assert is_misdirected()

    @pytest.mark.parametrize(
        "name",
        [
            *("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"),
            *("x-forwarded-anything", "X-FORWARDED-SERVER", "via"),
        ],
    )
    def test_nor_does_a_proxy(self, development: Site, name: str) -> None:
        with development.app.test_request_context(headers={"Host": "localhost", name: ""}):
            assert is_misdirected()

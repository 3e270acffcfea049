import shlex

import pytest

from simple_2fa.http.curl import curl_line


@pytest.mark.parametrize("value", ["ann@example.com", "o'neil@example.com", "$x `y`", "\\"])
def test_a_shell_reads_the_line_as_it_is_meant(value: str) -> None:
    command = shlex.split(curl_line("http://localhost:5000", "/verify", email=value))
    assert command[:4] == [
        "curl",
        "http://localhost:5000/verify",
        "-H",
        "Content-Type: application/json",
    ]
    assert command[4] == "-d"
    assert value.replace("\\", "\\\\") in command[5]

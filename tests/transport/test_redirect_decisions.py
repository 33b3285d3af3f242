"""Where redirects lead, and what goes along."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtyped.config.hosts import HostPolicy
from wbtyped.errors import HostNotAllowedError, TransportError
from wbtyped.transport.redirects import (
    LOCATION,
    MAX_REDIRECTS,
    REDIRECT_STATUSES,
    RedirectChain,
    decode_location,
)
from wbtyped.urls import web_url

FIRST = "https://api.test/files/x"
KEY = {"Authorization": "Basic secret"}
HOSTS = ["https://api.test", "https://api.test:444", "http://api.test", "https://storage.test"]


def trail(url: str = FIRST, headers: Mapping[str, str] = KEY) -> RedirectChain:
    return RedirectChain("file 'x'", url, headers)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(HOSTS), max_size=MAX_REDIRECTS),
    st.sampled_from(sorted(REDIRECT_STATUSES)),
)
def test_key_goes_to_the_first_origin_alone(hosts: list[str], status: int) -> None:
    followed = trail()
    assert followed.headers() == KEY
    for hops, host in enumerate(hosts, 1):
        assert followed.follow(status, {"location": f"{host}/y"})
        assert str(followed.url) == f"{host}/y"
        assert followed.hops == hops
        assert followed.headers() == (KEY if host == HOSTS[0] else {})


def test_relative_redirects_stay_with_the_host_that_sent_them() -> None:
    followed = trail()
    assert followed.follow(302, {"location": "https://storage.test/a/b"})
    assert followed.follow(302, {"location": "c?d"})
    assert str(followed.url) == "https://storage.test/a/c?d"
    assert followed.headers() == {}


@pytest.mark.parametrize(
    ("status", "headers"),
    [(200, {"location": "/y"}), (206, {}), (300, {"location": "/y"}), (304, {"location": "/y"}),
     (302, {}), (404, {"location": "/y"}), (201, {"location": "/y"})],
)  # fmt: skip
def test_other_responses_are_not_followed(status: int, headers: dict[str, str]) -> None:
    followed = trail()
    assert not followed.follow(status, headers)
    assert (str(followed.url), followed.hops) == (FIRST, 0)


def test_endless_redirects_are_an_error() -> None:
    followed = trail()
    for _ in range(MAX_REDIRECTS):
        assert followed.follow(302, {"location": "/again"})
    with pytest.raises(TransportError, match=f"'x': redirected more than {MAX_REDIRECTS} times"):
        followed.follow(302, {"location": "/again"})


@pytest.mark.parametrize("location", ["ftp://h/x", "file:///etc/passwd", "https://", "http://[::1"])
def test_redirect_to_an_unsupported_url_is_an_error(location: str) -> None:
    followed = trail()
    with pytest.raises(TransportError, match="file 'x': redirect: the URL"):
        followed.follow(302, {"location": location})
    assert str(followed.url) == FIRST


def test_user_of_a_redirect_goes_to_its_host_in_place_of_the_key() -> None:
    followed = trail()
    assert followed.follow(302, {"location": "https://me:pass@storage.test/y"})
    assert followed.headers() == {"Authorization": "Basic bWU6cGFzcw=="}
    assert followed.follow(302, {"location": "https://other.test/y"})
    assert followed.headers() == {}


def test_location_hidden_from_httpx_is_followed() -> None:
    followed = trail()
    assert followed.follow(302, {LOCATION: "/y"})
    assert str(followed.url) == "https://api.test/y"


@settings(deadline=None)
@given(st.text(st.sampled_from("/a%?é€\u00a0\U0001f600"), max_size=20))
def test_decode_location_reads_utf8_that_came_as_latin1(text: str) -> None:
    try:
        raw = text.encode().decode("latin-1")
    except UnicodeError:
        return
    assert decode_location(raw) == text


def test_redirect_to_a_forbidden_host_is_not_followed() -> None:
    policy = HostPolicy(web_url("https://93.184.216.34/", "base"))
    followed = RedirectChain("file 'x'", "https://93.184.216.35/x", {}, policy)
    with pytest.raises(HostNotAllowedError, match="169.254"):
        followed.follow(302, {"location": "http://169.254.169.254/latest"})
    assert followed.url.host == "93.184.216.35"
    assert followed.follow(302, {"location": "http://93.184.216.36/y"})


def test_reference_to_a_forbidden_host_is_refused_before_a_request() -> None:
    policy = HostPolicy(web_url("https://93.184.216.34/", "base"))
    with pytest.raises(HostNotAllowedError):
        RedirectChain("reference 'x'", "http://127.0.0.1/x", {}, policy, is_reference=True)
    allowed = RedirectChain("file 'x'", "http://127.0.0.1/x", {}, policy)
    assert allowed.url.host == "127.0.0.1", "where the server's own files are is its own matter"

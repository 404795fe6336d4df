"""The access log keeps no key and no line that a client made up; a long address is read."""

from types import SimpleNamespace

from gunicorn.config import Config

from csproject import serving
from csproject.serving import PlainLogger
from tracker.exports.asking import LONGEST_FILTER


def logged(path: str) -> str:
    logger = PlainLogger(Config())
    request = SimpleNamespace(headers=[])
    response = SimpleNamespace(status="200 OK", sent=1, headers=[])
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1", "RAW_URI": path}
    took = SimpleNamespace(seconds=0, microseconds=1000)
    return logger.atoms(response, request, environ, took)["U"]


def test_a_key_that_sets_a_passphrase_is_not_logged():
    assert logged("/accounts/password/reset/key/1-dii7gl-bce3d4/") == r"/accounts/password/reset/key/\u2026/"


def test_a_path_cannot_begin_a_line_of_its_own():
    assert logged("/zz\n2026-01-01 FAKE\x1b[31m") == r"/zz\n2026-01-01 FAKE\x1b[31m"


def test_an_ordinary_path_stays_as_it_is():
    assert logged("/referrals/") == "/referrals/"


def test_the_longest_filter_that_an_export_keeps_is_an_address_that_gunicorn_reads():
    config = Config()
    config.set("limit_request_line", getattr(serving, "limit_request_line", config.limit_request_line))
    assert config.limit_request_line >= len(f"GET /tracker/dashboard/?{'x' * LONGEST_FILTER} HTTP/1.1\r\n")

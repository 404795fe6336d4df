"""WeasyPrint, kept to our own static files. Imported late: without Pango on the machine the import fails."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from weasyprint import DEFAULT_OPTIONS, HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# No such host exists; an address on it is one of our static files or nothing.
BASE = "https://paper.invalid"


class Refused(FatalURLFetchingError):
    """Something on a paper asked for what is not a static file of ours."""


class OwnStaticFiles(URLFetcher):
    """Gives our own static files and the `pictures` of the paper: no network, no file of the machine, no data."""

    def __init__(self, pictures: dict[str, tuple[str, bytes]] | None = None) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.pictures = pictures or {}

    def fetch(self, url: str, headers=None) -> URLFetcherResponse:
        """The static file at `url`. Raises Refused, which ends the rendering, for anything else."""
        if url in self.pictures:
            kind, content = self.pictures[url]
            return URLFetcherResponse(url, content, {"Content-Type": kind})
        path = urlsplit(url).path
        if not (url.startswith(f"{BASE}/") and path.startswith(settings.STATIC_URL)):
            raise Refused("a paper may use nothing but our own static files")
        name = path.removeprefix(settings.STATIC_URL)
        if not name.endswith(".css"):
            raise Refused("a paper uses nothing but style sheets")
        if found := finders.find(name):  # where static files are not collected
            with open(found, "rb") as file:
                return URLFetcherResponse(url, file.read(), {"Content-Type": "text/css; charset=utf-8"})
        if not staticfiles_storage.exists(name):
            raise Refused("there is no such static file")
        with staticfiles_storage.open(name) as file:
            return URLFetcherResponse(url, file.read(), {"Content-Type": "text/css; charset=utf-8"})


def write(html: str, pictures: dict[str, tuple[str, bytes]] | None = None) -> bytes:
    """`html` as a PDF that screen readers understand (PDF/UA-1). Raises RuntimeError where it asked for too much.

    `pictures` are those that stand on it, as {address beginning with BASE: (content type, content)}.
    """
    return write_fitting([html], 0, pictures)


def write_fitting(htmls: list[str], pages: int, pictures: dict[str, tuple[str, bytes]] | None = None) -> bytes:
    """The first of `htmls` that takes no more than so many pages, else the last; as `write` makes it."""
    options = DEFAULT_OPTIONS | {"pdf_variant": "pdf/ua-1"}
    try:
        for html in htmls:
            fetcher = OwnStaticFiles(pictures)
            laid_out = HTML(string=html, base_url=f"{BASE}/", url_fetcher=fetcher).render(**options)
            if len(laid_out.pages) <= pages:
                break
        return laid_out.write_pdf(**options)
    except Refused as refused:
        raise RuntimeError(str(refused)) from refused

"""The pages that users see: plain HTML in the language of the browser, without scripts."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import Response

from authcore.adapters.pages.catalogue import Catalogue, Notice
from authcore.adapters.pages.stylesheet import style_source
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.brand import Brand
from authcore.domain.model.languages import choose_language, direction_of, find_language
from authcore_web.request.csrf import origin_of
from authcore_web.response.entries import Entries, Field
from authcore_web.response.templates import PageTemplates


VARY: Final = "Accept, Accept-Language, Cookie"

_WORDS: Final = ("home", "mention", "support")

_EVERY_ENTRY: Final = Entries(
    fields=(Field("username", 1),), alert="wrong_answer", setup_key="A", setup_url="/", passkey="{}"
)


@attrs.frozen(kw_only=True)
class PageUrls:
    """
    URLs on every page.

    Attributes:
        home: Where users go who want nothing else.
        icon: Of the service.
        script: Of pages on which users choose a passkey.
        logo: A picture at the top; None for none.
    """

    home: str
    icon: str
    script: str
    logo: str | None = None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Pages:
    """
    Writes pages.

    Attributes:
        templates: What a page looks like.
        catalogues: Texts by language, the default first.
        brand: Name and colours.
        style: The stylesheet.
        urls: On every page.
    """

    _templates: PageTemplates
    _catalogues: Mapping[str, Catalogue]
    _brand: Brand
    _style: str
    _urls: PageUrls

    def message(
        self,
        request: HTTPConnection,
        notice: Notice,
        *,
        url: str,
        status: int = 200,
        reference: str | None = None,
    ) -> Response:
        """
        Write *notice* with a link.

        Args:
            request: States the language.

            notice: From ``messages``.

            url: Of the link.

            status: HTTP status.  Default: 200.

            reference: Of the event in the audit log.  Default: the event is not recorded.
        """
        values = {"url": url, "reference": reference}
        return self._page(request, "message.html", notice, values, status)

    def question(
        self,
        request: HTTPConnection,
        notice: Notice,
        *,
        url: str,
        fields: Mapping[str, str],
        leave_url: str,
        through: Iterable[str] = (),
    ) -> Response:
        """
        Write *notice* with a button, and a link for users who do not press it.

        Args:
            request: States the language.

            notice: From ``messages``.

            url: To which the button posts the form.

            fields: Hidden fields, by name.

            leave_url: Of the link.

            through: URLs that the answer to the form redirects to.  See: CSP Level 3 §6.4.2.
        """
        values = {"url": url, "fields": fields, "leave_url": leave_url}
        response = self._page(request, "question.html", notice, values, 200)
        return self._allow_form(response, (url, *through))

    def entries(
        self,
        request: HTTPConnection,
        notice: Notice,
        entries: Entries,
        *,
        url: str,
        leave_url: str,
        through: Iterable[str] = (),
        status: int = 200,
    ) -> Response:
        """
        Write *notice* with a form to fill in, and a link for users who do not.

        Args:
            request: States the language.

            notice: From ``messages``.

            entries: The form.

            url: To which the form is posted.

            leave_url: Of the link.

            through: As for ``question``.

            status: HTTP status.  Default: 200.
        """
        values = {"url": url, "entries": entries, "leave_url": leave_url}
        response = self._page(request, "entries.html", notice, values, status)
        return self._allow_form(response, (url, *through), has_script=bool(entries.passkey))

    def _allow_form(
        self, response: Response, urls: Iterable[str], *, has_script: bool = False
    ) -> Response:
        form_action = " ".join(("'self'", *dict.fromkeys(map(origin_of, urls))))
        scripts = f"'self' {origin_of(self._urls.script)}" if has_script else None
        response.headers["content-security-policy"] = self.policy(form_action, scripts)
        # no-referrer would turn the form's Origin into null
        response.headers["referrer-policy"] = "same-origin"
        return response

    def policy(self, form_action: str = "'none'", scripts: str | None = None) -> str:
        """
        Make the Content-Security-Policy of pages.

        Args:
            form_action: Allowed targets of their forms.  Chromium applies it to every redirect that
                follows, too.  Default: no forms.

            scripts: Sources of scripts.  Default: none.
        """
        script_src = f"script-src {scripts}; " if scripts else ""
        return (
            f"default-src 'none'; {script_src}style-src {style_source(self._style)}; "
            f"img-src {' '.join(dict.fromkeys(self._image_sources()))}; "
            f"base-uri 'none'; form-action {form_action}; frame-ancestors 'none'"
        )

    def language_of(self, request: HTTPConnection) -> str | None:
        """Tell which language of the pages the browser prefers; None where it prefers none."""
        header = ", ".join(request.headers.getlist("accept-language"))
        return choose_language(header, tuple(self._catalogues))

    def check(self) -> None:
        """
        Write one page with each template in each language.

        Raises:
            ConfigurationError: A template needs values that there are not.
        """
        reference = {"reference": "reference"}
        for catalogue in self._catalogues.values():
            for name, values in (
                ("message.html", {"url": "/", "reference": None}),
                ("message.html", {"url": "/", **reference}),
                ("question.html", {"url": "/", "fields": {"a": "b"}, "leave_url": "/"}),
                ("entries.html", {"url": "/", "entries": _EVERY_ENTRY, "leave_url": "/"}),
            ):
                try:
                    self._render(name, catalogue, Notice("sign_out"), values)
                except Exception as error:  # noqa: BLE001 - a template may raise anything
                    raise ConfigurationError([f"{name} cannot be rendered: {error}"]) from None

    def _page(
        self,
        request: HTTPConnection,
        name: str,
        notice: Notice,
        values: Mapping[str, Any],
        status: int,
    ) -> Response:
        catalogue = self._catalogue_for(request)
        html = self._render(name, catalogue, notice, values)
        headers = {"content-language": catalogue.language, "vary": VARY}
        return Response(html, status, media_type="text/html", headers=headers)

    def _render(
        self, name: str, catalogue: Catalogue, notice: Notice, values: Mapping[str, Any]
    ) -> str:
        common = {
            "lang": catalogue.language,
            "dir": direction_of(catalogue.language),
            "brand": self._brand,
            "style": Markup(self._style),  # noqa: S704 - checked at start: no `<`
            "icon_url": self._urls.icon,
            "logo_url": self._urls.logo,
            "home_url": self._urls.home,
            "words": {word: catalogue.word(word) for word in _WORDS},
            "notice": catalogue.wording(notice),
        }
        return self._templates.render(name, {**common, **self._labels(catalogue, values), **values})

    def _labels(self, catalogue: Catalogue, values: Mapping[str, Any]) -> Mapping[str, Any]:
        entries = values.get("entries")
        if entries is None:
            return {}
        return {
            "label": lambda name: catalogue.word(f"entries.{name}"),
            "alert": catalogue.word(f"entries.{entries.alert}") if entries.alert else None,
            "script_url": self._urls.script,
        }

    def _catalogue_for(self, request: HTTPConnection) -> Catalogue:
        asked = _parameter(request, "lang")
        language = find_language(asked, self._catalogues) or self.language_of(request)
        return self._catalogues[language or next(iter(self._catalogues))]

    def _image_sources(self) -> Iterable[str]:
        yield "'self'"
        yield origin_of(self._urls.icon)
        if self._urls.logo:
            yield origin_of(self._urls.logo)


def _parameter(request: HTTPConnection, name: str) -> str | None:
    """Read a parameter of the query, of which only known values count."""
    query = request.scope.get("query_string", b"")
    start = f"{name}=".encode()
    found = [part for part in query.split(b"&") if part.startswith(start)]
    return found[0][len(start) :].decode("latin-1") if len(found) == 1 else None

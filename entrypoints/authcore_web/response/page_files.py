"""Build the pages from settings, texts and templates."""

from authcore.adapters.pages.catalogue_files import load_catalogues
from authcore.adapters.pages.stylesheet import ENTRIES_STYLE, stylesheet
from authcore.settings.pages import AuthPageSettings
from authcore_web.response.pages import Pages, PageUrls
from authcore_web.response.templates import load_style, load_templates


def pages_of(settings: AuthPageSettings, urls: PageUrls) -> Pages:
    """
    Build the pages, and write each template of an operator's folder once.

    Raises:
        ConfigurationError: Names what is wrong in the operator's folder.
    """
    pages = Pages(
        templates=load_templates(settings.folder),
        catalogues=load_catalogues(settings.languages, settings.folder),
        brand=settings.brand,
        style=stylesheet(settings.brand) + ENTRIES_STYLE + load_style(settings.folder),
        urls=urls,
    )
    if settings.folder:
        pages.check()
    return pages

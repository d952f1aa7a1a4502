"""Build the pages that are shown in place of an application's."""

from authcore.adapters.pages.catalogue_files import load_catalogues
from authcore.adapters.pages.denial_pages import DenialPages
from authcore.settings.pages import PageSettings


def denial_pages_of(settings: PageSettings) -> DenialPages:
    """
    Build the pages that *settings* describe.

    Raises:
        ConfigurationError: Names what is wrong in the operator's texts.
    """
    return DenialPages(settings.brand, load_catalogues(settings.languages, settings.folder))

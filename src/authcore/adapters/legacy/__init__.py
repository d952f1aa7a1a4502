"""The legacy system, over HTTP or through functions of the application."""

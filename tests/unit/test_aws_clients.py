"""Clients of AWS share botocore's own handlers, and nothing that is registered later."""

from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore import handlers

from authcore.adapters.aws import aws_client
from authcore.domain.model.urls import ServiceUrl


URL = ServiceUrl("http://127.0.0.1:1")
EVENT = "provide-client-params.cognito-idp.AdminGetUser"


def make_client() -> Any:
    return aws_client(
        "cognito-idp", region="eu-west-1", endpoint_url=URL, within=timedelta(seconds=1)
    )


def test_what_is_registered_at_one_client_is_called_by_no_other() -> None:
    first, second = make_client(), make_client()
    first.meta.events.register(EVENT, lambda **_: "called")

    assert [answer for _, answer in first.meta.events.emit(EVENT)] == ["called"]
    assert second.meta.events.emit(EVENT) == []
    assert make_client().meta.events.emit(EVENT) == []


def test_botocores_own_handlers_are_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make_client()
    calls: list[object] = []
    monkeypatch.setattr(
        botocore.session.Session, "_register_builtin_handlers", lambda *given: calls.append(given)
    )

    made = make_client()

    assert callable(made.generate_presigned_url)  # one of them adds it to the class
    assert calls == []


def test_a_handler_that_a_library_adds_to_botocores_own_is_called_by_later_clients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_client()
    added = (EVENT, lambda **_: "called")  # as moto does when it is imported
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, added])

    assert [answer for _, answer in make_client().meta.events.emit(EVENT)] == ["called"]
    monkeypatch.undo()
    assert make_client().meta.events.emit(EVENT) == []

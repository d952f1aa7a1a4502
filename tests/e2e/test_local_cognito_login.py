"""The local Cognito's managed login: authorization requests, the page, the session."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from authcore_local.cognito.hosted_ui.hosted_ui import FORM_COOKIE, SESSION_COOKIE, STALE_FORM
from support.local_pool import (
    CALLBACK,
    FORM,
    PASSWORD,
    Browser,
    LocalPool,
    code_of,
    form_action,
    hidden_fields,
    problem_on,
    request,
    sent_to,
)


WRONG = "Incorrect username or password."
MARKUP = """"'><script>alert(1)</script>&amp;"""


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture
def browser(pool: LocalPool) -> Browser:
    return Browser(pool)


class TestAuthorize:
    """GET /oauth2/authorize."""

    def test_a_good_request_goes_to_the_sign_in_page_with_its_parameters(
        self, browser: Browser
    ) -> None:
        assert sent_to(browser.authorize()) == ("/login", request())

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": None},
            {"client_id": "somebody-else"},
            {"redirect_uri": None},
            {"redirect_uri": "https://evil.example/"},
            {"redirect_uri": f"{CALLBACK}/"},
            {"redirect_uri": f"{CALLBACK}?next=1"},
            {"redirect_uri": CALLBACK.upper()},
            {"redirect_uri": f" {CALLBACK}"},
            {"redirect_uri": "https://evil.example/", "response_type": "nonsense"},
        ],
    )
    def test_an_unknown_client_or_return_address_is_never_redirected(
        self, browser: Browser, changes: dict[str, str | None]
    ) -> None:
        for answer in (browser.authorize(**changes), browser.page(**changes)):
            assert answer.status == 400
            assert answer.header("location") is None
            assert b"evil" not in answer.body

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"response_type": None}, "invalid_request"),
            ({"response_type": "id_token"}, "invalid_request"),
            ({"response_type": "code token"}, "invalid_request"),
            ({"response_type": "token"}, "unauthorized_client"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge_method": None}, "invalid_request"),
            ({"code_challenge": None}, "invalid_request"),
            ({"code_challenge": "too-short"}, "invalid_request"),
            ({"code_challenge": "=" * 43}, "invalid_request"),
            ({"scope": "openid root"}, "invalid_scope"),
            ({"scope": "email"}, "invalid_scope"),
            ({"prompt": "perhaps"}, "invalid_request"),
            ({"identity_provider": "Twitter"}, "invalid_request"),
            ({"idp_identifier": "google.com"}, "invalid_request"),
            ({"resource": "https://api.example.com"}, "invalid_request"),
            ({"nonce": "n" * 2049}, "invalid_request"),
        ],
    )
    def test_what_else_is_wrong_is_told_to_the_client_without_state(
        self, browser: Browser, changes: dict[str, str | None], error: str
    ) -> None:
        location, answer = sent_to(browser.authorize(**changes))

        assert location == CALLBACK
        assert answer.keys() == {"error", "error_description"}
        assert answer["error"] == error

    def test_nobody_signed_in_and_prompt_none_is_login_required_with_state(
        self, browser: Browser
    ) -> None:
        _, answer = sent_to(browser.authorize(prompt="none"))

        assert (answer["error"], answer["state"]) == ("login_required", "state-1")

    @pytest.mark.parametrize(
        "query",
        [
            urlencode(request()) + "&state=other",
            urlencode(request()) + "&client_id=other",
            urlencode(request()) + "&x=%ff",
            urlencode(request(state="s" * 9000)),
            "&".join(f"x{number}=1" for number in range(51)),
        ],
        ids=["state twice", "client twice", "not UTF-8", "too long", "too many"],
    )
    def test_a_malformed_query_gets_a_page_and_no_redirect(
        self, browser: Browser, query: str
    ) -> None:
        for path in ("/oauth2/authorize", "/login"):
            answer = browser.get(f"{path}?{query}")
            assert (answer.status, answer.header("location")) == (400, None)

    @pytest.mark.parametrize(
        "changes", [{"identity_provider": "COGNITO"}, {"lang": "de"}, {"prompt": "login"}]
    )
    def test_parameters_of_managed_login_are_taken(
        self, browser: Browser, changes: dict[str, str | None]
    ) -> None:
        assert sent_to(browser.authorize(**changes))[0] == "/login"

    def test_a_request_without_scope_gets_all_the_clients_scopes(
        self, pool: LocalPool, browser: Browser
    ) -> None:
        answer = pool.redeem(code_of(browser.sign_in("anna", PASSWORD, scope=None)))

        assert answer.status == 200
        assert b"id_token" in answer.body


class TestTheSignInPage:
    """GET and POST /login."""

    def test_the_right_password_leads_back_with_a_code_and_the_state(
        self, browser: Browser
    ) -> None:
        location, answer = sent_to(browser.sign_in("anna", PASSWORD, state="a b&c=ü"))

        assert location == CALLBACK
        assert answer.keys() == {"code", "state"}
        assert answer["state"] == "a b&c=ü"

    def test_the_state_is_left_out_when_none_was_sent(self, browser: Browser) -> None:
        _, answer = sent_to(browser.sign_in("anna", PASSWORD, state=None))

        assert answer.keys() == {"code"}

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("anna", "wrong"),
            ("anna", PASSWORD.lower()),
            ("anna", f"{PASSWORD} "),
            ("anna", "x" * 257),
            ("anna", ""),
            ("ANNA", PASSWORD),
            ("nobody", PASSWORD),
            ("", PASSWORD),
            ("an na", PASSWORD),
            ("a" * 129, PASSWORD),
        ],
    )
    def test_wrong_password_and_unknown_user_read_the_same(
        self, browser: Browser, username: str, password: str
    ) -> None:
        page = browser.sign_in(username, password)

        assert (page.status, problem_on(page)) == (400, WRONG)
        assert SESSION_COOKIE + "=" not in browser.cookies.header("127.0.0.1").split("; ")

    def test_the_page_after_a_wrong_password_works(self, browser: Browser) -> None:
        page = browser.sign_in("anna", "wrong")

        assert code_of(browser.submit(page, "anna", PASSWORD))

    def test_a_disabled_user_is_told_so_only_after_the_right_password(
        self, pool: LocalPool, browser: Browser
    ) -> None:
        import attrs

        pool.cognito.users.create("dora", PASSWORD, status="CONFIRMED", attributes={})
        pool.cognito.users.change("dora", lambda user: attrs.evolve(user, enabled=False))

        assert problem_on(browser.sign_in("dora", "wrong")) == WRONG
        assert problem_on(browser.sign_in("dora", PASSWORD)) == "User is disabled."

    def test_unknown_users_are_named_as_such_where_existence_errors_are_legacy(self) -> None:
        with LocalPool(prevent_user_existence_errors="LEGACY") as pool:
            page = Browser(pool).sign_in("nobody", PASSWORD)

        assert problem_on(page) == "User does not exist."

    def test_a_page_left_open_for_five_minutes_still_works_and_no_longer(self) -> None:
        with LocalPool() as pool:
            early, late = Browser(pool), Browser(pool)
            early_page, late_page = early.page(), late.page()
            pool.clock.advance(timedelta(minutes=5))
            assert early.submit(early_page, "anna", PASSWORD).status == 302
            pool.clock.advance(timedelta(seconds=1))
            answer = late.submit(late_page, "anna", PASSWORD)

            assert (answer.status, problem_on(answer)) == (400, STALE_FORM)
            assert code_of(late.submit(answer, "anna", PASSWORD))

    def test_a_form_from_another_browser_is_not_taken(
        self, pool: LocalPool, browser: Browser
    ) -> None:
        stranger = Browser(pool)
        stranger.page()

        answer = stranger.submit(browser.page(), "anna", PASSWORD)

        assert (answer.status, problem_on(answer)) == (400, STALE_FORM)

    def test_a_form_without_its_cookie_is_not_taken(
        self, pool: LocalPool, browser: Browser
    ) -> None:
        answer = Browser(pool).submit(browser.page(), "anna", PASSWORD)

        assert problem_on(answer) == STALE_FORM

    def test_a_form_for_another_request_is_not_taken(
        self, pool: LocalPool, browser: Browser
    ) -> None:
        page = browser.page()
        form = {**hidden_fields(page), "username": "anna", "password": PASSWORD}
        other = urlencode(request(state="other"))

        answer = pool.http.request(
            "POST",
            f"{pool.url}/login?{other}",
            headers={**FORM, "cookie": browser.cookies.header("127.0.0.1")},
            content=urlencode(form).encode(),
        )

        assert problem_on(answer) == STALE_FORM

    @pytest.mark.parametrize("seal", ["", ".", "1", "9999999999.00", "ü.ü"])
    def test_a_made_up_seal_is_not_taken(
        self, pool: LocalPool, browser: Browser, seal: str
    ) -> None:
        action = form_action(browser.page())
        form = urlencode({"_csrf": seal, "username": "anna", "password": PASSWORD})

        answer = pool.http.request(
            "POST",
            f"{pool.url}{action}",
            headers={**FORM, "cookie": browser.cookies.header("127.0.0.1")},
            content=form.encode(),
        )

        assert problem_on(answer) == STALE_FORM

    def test_a_body_beyond_the_cap_is_refused(self, pool: LocalPool) -> None:
        answer = pool.http.request("POST", f"{pool.url}/login", headers=FORM, content=b"x" * 65_537)

        assert answer.status == 413


class TestTheSession:
    """The managed-login cookie."""

    def test_a_second_application_is_let_in_without_a_password_for_an_hour(self) -> None:
        with LocalPool() as pool:
            browser = Browser(pool)
            browser.sign_in("anna", PASSWORD)
            pool.clock.advance(timedelta(minutes=59))
            assert code_of(browser.authorize())
            assert code_of(browser.authorize(prompt="none"))
            pool.clock.advance(timedelta(minutes=1))

            assert sent_to(browser.authorize())[0] == "/login"

    @pytest.mark.parametrize("prompt", ["login", "select_account", "consent"])
    def test_a_prompt_asks_again(self, browser: Browser, prompt: str) -> None:
        browser.sign_in("anna", PASSWORD)

        assert sent_to(browser.authorize(prompt=prompt))[0] == "/login"

    def test_a_user_disabled_since_must_sign_in_again(self, pool: LocalPool) -> None:
        import attrs

        browser = Browser(pool)
        pool.cognito.users.create("erik", PASSWORD, status="CONFIRMED", attributes={})
        browser.sign_in("erik", PASSWORD)
        pool.cognito.users.change("erik", lambda user: attrs.evolve(user, enabled=False))

        assert sent_to(browser.authorize())[0] == "/login"

    def test_cookies_are_secure_http_only_and_lax(self, browser: Browser) -> None:
        page = browser.page()
        done = browser.submit(page, "anna", PASSWORD)
        set_cookies = [
            value
            for answer in (page, done)
            for name, value in answer.headers
            if name == "set-cookie"
        ]

        assert [text.partition("=")[0] for text in set_cookies] == [FORM_COOKIE, SESSION_COOKIE]
        for text in set_cookies:
            assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(text.split("; "))


class TestThePages:
    """What a browser is shown."""

    @pytest.mark.parametrize("field", ["login_hint", "state", "nonce"])
    def test_markup_in_a_parameter_stays_text(self, browser: Browser, field: str) -> None:
        # SP-06
        page = browser.page(**{field: MARKUP})

        assert b"<script" not in page.body
        assert b"'>" not in page.body
        assert code_of(browser.submit(page, "anna", PASSWORD))

    def test_markup_in_a_user_name_stays_text(self, browser: Browser) -> None:
        page = browser.sign_in(MARKUP, "wrong")

        assert b"<script" not in page.body
        assert b"&lt;script&gt;" in page.body

    def test_the_cursor_is_in_the_first_empty_field(self, browser: Browser) -> None:
        fresh = browser.page().body.decode()
        hinted = browser.page(login_hint="anna").body.decode()

        assert fresh.index("autofocus") < fresh.index('id="password"')
        assert 'value="anna"' in hinted
        assert hinted.index("autofocus") > hinted.index('id="password"')

    def test_pages_are_framed_cached_and_scripted_by_nobody(self, browser: Browser) -> None:
        for page in (browser.page(), browser.page(client_id="other"), browser.authorize()):
            policy = page.header("content-security-policy") or ""
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert page.header("cache-control") == "no-store"
            assert page.header("x-content-type-options") == "nosniff"

    def test_the_password_is_in_no_answer_and_no_hop(
        self, pool: LocalPool, browser: Browser
    ) -> None:
        # SP-11, MG-02
        typed = "canary-wrong-password"
        answers = [browser.sign_in("anna", typed), browser.sign_in("anna", PASSWORD)]
        said = repr([answer.headers for answer in answers]) + answers[0].body.decode()
        hops = repr(pool.flow.since(0))

        for secret in (typed, PASSWORD, code_of(answers[1])):
            assert secret not in hops
        assert typed not in said
        assert PASSWORD not in said

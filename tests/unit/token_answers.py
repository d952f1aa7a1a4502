"""An answer of the token endpoint with three tokens, and any other answer."""

import json

from authcore.adapters.http import HttpAnswer


JSON = "application/json"
GOOD = {
    "access_token": "aaa.bbb-_=.ccc",
    "id_token": "ddd.eee.fff",
    "refresh_token": "ggg.hhh.iii.jjj.kkk",
    "token_type": "Bearer",
    "expires_in": 3600,
}
WHOLE = json.dumps(GOOD).encode()


def http_answer(status: int, body: bytes | str, media_type: str = JSON) -> HttpAnswer:
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return HttpAnswer(status, (("content-type", media_type),), raw)

"""Request targets and prefixes that servers and frameworks read differently."""

from typing import Final


PLAIN: Final = (b"/", b"/about", b"/static/app.css")
"""Public, in the one spelling that all read alike."""

_REACHING: Final = (b"/private", b"/articles", b"/private/about", b"/articles/7")
_MIXED: Final = (
    *(b"/static/../private", b"/static/..%2fprivate", b"/static/%2e%2e/private"),
    *(b"/static/.%2e/private", b"/static/%2e%2e%2fprivate", b"/static/%252e%252e/private"),
    *(b"/static/./../private", b"/static//../private", b"/about/../private", b"/./private"),
    *(
        b"/static/..\\private",
        b"/static/..%5cprivate",
        b"\\private",
        b"/\\private",
        b"/static\\..\\private",
    ),
    *(b"/static/..;/private", b"/about;/../private", b"/private;/static/", b"/private;a=/about"),
    *(
        b"/static/%c0%ae%c0%ae/private",
        b"/static/%e0%80%ae%e0%80%ae/private",
        b"/static/%uff0e%uff0e/private",
    ),
    *(b"/%2e/private", b"/%2fprivate", b"/%2Fprivate", b"//private", b"///private", b"/private//"),
    *(
        b"//static/private",
        b"//static//private",
        b"//cms.example.com/private",
        b"//about/../private",
    ),
    *(
        b"/private%00",
        b"/private%00/static/",
        b"/%00/private",
        b"/about%00/../private",
        b"/static/%00",
    ),
    *(
        b"/private%0a",
        b"/private%0d%0a",
        b"/about%0a",
        b"/private%09",
        b"/private%20",
        b"/about%20",
    ),
    *(b"/%70rivate", b"/%2570rivate", b"/PRIVATE", b"/Private", b"/%50rivate", b"/ABOUT"),
    *(
        b"/private/",
        b"/private/.",
        b"/private/..",
        b"/private/../about",
        b"/about/",
        b"/about/.",
        b"/about/..",
    ),
    *(
        b"/private?/about",
        b"/private?/static/",
        b"/private#/about",
        b"/private%3f/about",
        b"/private%23/about",
    ),
    *(
        b"/about#/../private",
        b"/about?/../private",
        b"/?/private",
        b"/#/private",
        b"/static/#/../private",
    ),
    *(
        b"/static/app.css/../../private",
        b"/static/%2e%2e/%2e%2e/private",
        b"/static/a%2f..%2f..%2fprivate",
    ),
    *(
        b"/priv\xe9",
        b"/private\xff",
        b"/private%ff",
        b"/static/%ff/../private",
        b"/static/\xc3\xa9/../private",
    ),
    *(b"/caf%e9", b"/caf%c3%a9", b"/\xc3\xa9", b"/private%e2%80%ae", b"/static/%e2%80%a6/private"),
    *(b"http://cms.example.com/private", b"http://cms.example.com/about/../private"),
    *(b"http://cms.example.com/static/../private", b"HTTP://cms.example.com/private"),
    *(
        b"http:///about/../private",
        b"http://about/private",
        b"https://cms.example.com/private?/about",
    ),
    *(
        b"http://cms.example.com\\@about/private",
        b"http://about@cms.example.com/private",
        b"static/private",
    ),
    *(
        b"private",
        b"about/../private",
        b"*",
        b"",
        b".",
        b"..",
        b"/..",
        b"/../private",
        b"?/about",
        b"#",
    ),
    *(b"/static", b"/staticx", b"/aboutx", b"/about/us", b"/about;v=1", b"/static;/app.css"),
    *(b"/cms", b"/cms/", b"/cms/private", b"/cms/about/../private", b"/cmsabout", b"/cms//private"),
    *(b"/cms/cms/private", b"/cms/cms/about", b"/cms/static/..%2fprivate", b"/private/cms/about"),
    *(
        b"/private/cms/static/x",
        b"/cms%2fprivate",
        b"/%63ms/private",
        b"/cms/%70rivate",
        b"/cms/../private",
    ),
    *(b"/static/" + b"a/" * 500 + b"../" * 501 + b"private", b"/private" + b"/" * 2_000),
    *(b"/" + b"%2e%2e/" * 300 + b"private", b"/about" + b"%20" * 1_000, b"/" + b"a" * 4_000),
)
CORPUS: Final = (*_REACHING, *_MIXED, *PLAIN)

BESIDE_A_PREFIX: Final = (
    *(*PLAIN, *_REACHING, b"/static/private", b"/cms/private", b"/cms/about", b"/cms/cms/private"),
    *(
        b"/private/cms/private",
        b"/static/..%2fprivate",
        b"//private",
        b"/private/static/x",
        b"/cms",
    ),
)
"""Targets for every prefix."""

PREFIXES: Final = (
    *(
        b"/private",
        b"/articles",
        b"/static",
        b"/about",
        b"/cms",
        b"/",
        b"//",
        b"/cms/",
        b"/cms/cms",
    ),
    *(
        b"/private/",
        b"/p",
        b"private",
        b"%2Fprivate",
        b"%2fcms",
        b"/static/..",
        b"/cms/static",
        b"\xff",
    ),
)
"""What a client says of the prefix that the server has cut off."""

"""API errors as problem details (RFC 9457), in the caller's language.

They carry no technical message, and do not reveal whether a record that the caller may not read
exists.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from ledger.api.shapes import Schema, Words, record, several

PREFIX = "/api/v1"
MEDIA_TYPE = "application/problem+json"
SENTENCES: dict[int, tuple[Words, Words]] = {
    400: (
        _("Not understood"),
        _("Something in the address was not understood. Correct what is named here."),
    ),
    401: (
        _("No valid key"),
        _(
            "Send a valid key as “Authorization: Bearer …”. Keys are made by the head of the "
            "investment bureau."
        ),
    ),
    403: (
        _("Not allowed"),
        _("The person for whom the key was made may not read this."),
    ),
    404: (
        _("Nothing here"),
        _("There is nothing at this address that the key may read."),
    ),
    405: (
        _("Only reading"),
        _("This interface is read with GET; it changes nothing."),
    ),
    426: (
        _("Only encrypted"),
        _(
            "Ask at https://. Whoever listened has read the key that came here: have it ended and a new "
            "one made."
        ),
    ),
    429: (
        _("Too many requests"),
        _("Wait as long as Retry-After says, and ask less often."),
    ),
    500: (
        _("A mistake of the program"),
        _("Tell the administrator the number in the header X-Request-ID."),
    ),
    503: (
        _("Not just now"),
        _("Ask again after as many seconds as Retry-After says."),
    ),
}
SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "parameters": several(record({"name": {"type": "string"}, "detail": {"type": "string"}})),
    },
    "required": ["type", "title", "status", "detail"],
}


class Problem(Exception):
    """An error response: its status, extra members, and ``detail`` where it is known."""

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, Words] | None = None,
        detail: Words = "",
    ) -> None:
        super().__init__(status)
        self.status, self.headers, self.parameters = status, headers or {}, parameters or {}
        self.detail = detail

    def response(self) -> HttpResponse:
        title, detail = SENTENCES[self.status]
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": str(title),
            "status": self.status,
            "detail": str(self.detail or detail),
        }
        if self.parameters:
            named = self.parameters.items()
            body["parameters"] = [{"name": name, "detail": str(words)} for name, words in named]
        text = json.dumps(body, ensure_ascii=False)
        response = HttpResponse(text, MEDIA_TYPE, self.status, headers=dict(self.headers))
        response.headers["Cache-Control"] = "no-store"
        return response


def bad_request(parameters: Mapping[str, Words]) -> Problem:
    return Problem(400, parameters=parameters)

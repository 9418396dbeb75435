# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a server answers, and wherever: one clean failure, and never a traceback."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from judge import Observed, broken_promises
from observing import observe
from places import PLACES

from hostup_sandbox.controlled import ControlledSandbox

V2_ID = "dom_un42n5xov642kxrxrqiyanhcou"
SPEED = 20
BOMB = gzip.compress(bytes(100_000_000))
NESTED = "[" * 100_000
ODD: tuple[Any, ...] = (None, True, 1e308, "\u0000\u001b[31m\u202e", [[]], {"a": None})


def every_field_wrong(odd: Any) -> dict[str, Any]:
    """Return every documented field of every answer, with the same odd value in all of them."""
    contact = dict.fromkeys(("firstName", "lastName", "city", "postalCode", "countryCode", "street", "email"), odd)
    flat = dict.fromkeys(("firstname", "lastname", "city", "postcode", "country", "address1", "email"), odd)
    return {
        "data": odd if not isinstance(odd, dict) else {"contacts": {"registrant": flat}, "jobId": odd, "domains": odd},
        "hasMore": odd,
        "nextCursor": odd,
        "operation": {"status": odd, "jobId": odd, "pollUrl": odd, "result": odd},
        "domainsQueued": odd,
        "domainId": V2_ID,
        "domainName": odd,
        "contact": contact,
        "error": odd,
        "actions": {"canEditContacts": {"allowed": odd, "reason": odd, "code": odd}},
        "status": odd,
        "state": odd,
        "progress": odd,
        "progressDetails": odd,
        "result": odd,
        "isCompleted": odd,
        "isFailed": odd,
        "registrant": contact,
    }


ANSWERS: dict[str, dict[str, Any]] = {
    "an answer that never ends": {"endless": True},
    "a bomb": {
        "status": 200,
        "headers": {"Content-Encoding": "gzip"},
        "body_base64": base64.b64encode(BOMB).decode(),
    },
    "a bomb inside a bomb": {
        "status": 200,
        "headers": {"Content-Encoding": "gzip, gzip"},
        "body_base64": base64.b64encode(gzip.compress(BOMB)).decode(),
    },
    "brackets without end": {"status": 200, "body": NESTED},
    "objects without end": {"status": 200, "body": '{"data":' * 50_000},
    "half a character": {
        "status": 200,
        "body": '{"data": [{"id": "\\ud800", "name": "\\udfff"}], "domainId": "\\ud800"}',
    },
    "not a number": {"status": 200, "body": '{"data": NaN, "operation": -Infinity, "progress": 1e999}'},
    "numbers in lines": {"status": 200, "body": "1\n2\n[]\nnull\n"},
    "an error full of control characters": {
        "status": 400,
        "body": {
            "detail": "\u0000\u0007\u001b[2J\u001b]0;owned\u0007\r\n\u202e" * 50,
            "code": "\u001b[31m",
            "errors": "x",
        },
    },
    "an error with odd errors": {
        "status": 422,
        "body": {
            "errors": [None, 1, {"pointer": {}, "detail": [], "code": 7}],
            "details": {},
            "requestId": {},
            "code": [],
        },
    },
    "an error that is an essay": {"status": 500, "body": {"message": "word " * 200_000}},
    "an error that never ends": {"status": 503, "body": "x" * 2_000_000},
    **{f"{odd!r} in every field": {"status": 200, "body": every_field_wrong(odd)} for odd in ODD},
}

AT = (("v2", "list"), ("v2", "read"), ("v2", "gate"), ("v2", "write"), ("v2", "poll"), ("v1", "read"), ("v1", "write"))
"""Where the answers come: the generation, and a request of it."""
FULLY_TRIED = (("v2", "read"), ("v2", "write"))
"""One read and one write meet every answer. All answers pass through the same client, so the others meet a few."""
ONE_OF_EACH_KIND = (
    "an answer that never ends",
    "brackets without end",
    "an error full of control characters",
    "None in every field",
    "[[]] in every field",
)


CASES = [(*at, answer) for at in AT for answer in (ANSWERS if at in FULLY_TRIED else ONE_OF_EACH_KIND)]


def struck(sandbox: ControlledSandbox, api: str, place: str, answer: str, module: str, **options: Any) -> Observed:
    """Run a module that gets this answer at this place, whenever it asks."""
    sandbox.add_faults({**PLACES[api][place], **ANSWERS[answer], "times": 0})
    return observe(sandbox, {"max_retries": 0, "timeout": 20, **options}, module, speed=SPEED)


def is_one_clean_end(seen: Observed) -> None:
    """However it ended: with a failure or none, and with texts that can be shown, of bounded length."""
    result = seen.result
    entries = result.get("domains", result.get("jobs", []))
    texts = [str(entry.get("reason") or entry.get("message")) for entry in entries]
    texts += [*result.get("msg", "").splitlines(), *seen.ended.warnings]
    assert ("failure" in result) == seen.ended.failed
    assert [text for text in texts if not text.isprintable()] == []
    assert max(map(len, texts), default=0) < 5000
    assert "Traceback" not in json.dumps(result)
    assert list(broken_promises(seen)) == []


@pytest.mark.parametrize(("api", "place", "answer"), CASES)
def test_a_hostile_answer_is_one_clean_failure(api: str, place: str, answer: str, sandbox: ControlledSandbox) -> None:
    listed = {"domain_ids": ["11790"]} if api == "v1" else {"domains": ["example.com"]}
    options = {**listed, "contacts": {"city": "Stockholm"}, "wait_timeout": 1, "poll_interval": 0.2}

    seen = struck(sandbox, api, place, answer, "hostup_domain_contacts", **options)

    is_one_clean_end(seen)
    result = seen.result
    assert len(result["domains"]) == 1
    was_refused = place == "write" and seen.ended.failed and result["failure"]["http_status"] in (400, 422)
    assert result["changed"] is (result["api_calls"]["write"] > 0 and not was_refused)


# -- modules that only read -------------------------------------------------------------------------------------------

ASKING: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "account": ("v2", "list", "hostup_domain_contacts_info", {"audit": True}),
    "contacts": ("v2", "read", "hostup_domain_contacts_info", {"domains": ["example.com"], "audit": True}),
    "gates": ("v2", "gate", "hostup_domain_contacts_info", {"domains": ["example.com"], "check_actions": True}),
    "contacts, v1": ("v1", "read", "hostup_domain_contacts_info", {"domain_ids": ["11790"], "audit": True}),
    "domains": ("v2", "list", "hostup_domain_info", {"details": True}),
    "jobs": ("v2", "poll", "hostup_job_info", {"job_ids": ["dbj_of_yesterday"]}),
}
"""Where the answer comes, which module meets it, and what it is asked for."""

ODD_ANSWERS = tuple(name for name in ONE_OF_EACH_KIND if name.endswith("in every field"))
"""Answers that are none are left to the client, which is the same."""


@pytest.mark.parametrize("question", ASKING)
@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_a_question_with_a_hostile_answer_is_clean(question: str, answer: str, sandbox: ControlledSandbox) -> None:
    api, place, module, options = ASKING[question]

    seen = struck(sandbox, api, place, answer, module, **options)

    is_one_clean_end(seen)
    assert seen.result["changed"] is False
    assert seen.result["api_calls"]["write"] == 0

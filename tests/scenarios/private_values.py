# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be shown, and the tasks that try to bring it out: for these tests and those with real playbooks."""

from __future__ import annotations

from typing import Any

CONTACT = {
    "firstname": "Anna",
    "lastname": "Svensson",
    "companyname": "Example AB",
    "email": "anna.svensson@example.org",
    "phonenumber": "+46700000000",
    "address1": "Examplegatan 1",
    "city": "Stockholm",
    "postcode": "123 45",
}
STORED = ("Erik", "Lindqvist", "Gamla Bolaget AB", "erik@gamla-bolaget.example", "Gamla vägen 9", "Göteborg", "411 01")

BULK_WRITE = {"method": "POST", "path": "*/bulk/contacts"}
REFUSAL = {
    "code": "invalid_request",
    "detail": "Examplegatan 1 is no address of Anna Svensson",
    "errors": [{"pointer": "/contacts/street", "detail": "Examplegatan 1", "code": "invalid_value"}],
}
TROUBLES: dict[str, dict[str, Any]] = {
    "stored otherwise": {
        "switches": {"text_on_store": "uppercase"},
        "faults": [{"status": 429, "headers": {"Retry-After": "0"}}],
    },
    "job failed": {"switches": {"job_result": "failed"}, "faults": [{"status": 503}]},
    "no end": {"switches": {"job_result": "never_ends"}},
    "lost answer": {"faults": [{**BULK_WRITE, "status": 502}]},
    "lost answer of an update that was carried out": {"faults": [{**BULK_WRITE, "status": 502, "act": True}]},
    "refused with values": {"faults": [{**BULK_WRITE, "status": 400, "body": REFUSAL}]},
}
"""What goes wrong, each in a run of its own."""

GATE = {"allowed": False, "reason": "Erik Lindqvist has an order for Gamla vägen 9.", "code": "pending_order"}
HIDDEN_TASKS: dict[str, dict[str, Any]] = {
    **TROUBLES,
    "plan": {"check_mode": True},
    "applied, with a backup": {"options": {"backup": True}},
    "another notation": {"options": {"contacts": {"phonenumber": "+46 70 000 00 99", "postcode": "41101"}}},
    "left alone": {"options": {"when_current": {"city": "Malmö", "firstname": "Erik"}}},
    "material change": {"options": {"material_changes": "warn"}},
    "material change denied": {"options": {"material_changes": "deny"}},
    "blocked": {"state": {"can_edit_contacts": GATE}},
    "blocked, and left out": {"state": {"can_edit_contacts": GATE}, "options": {"on_blocked": "skip"}},
    "not accepted": {"options": {"contacts": {"phonenumber": "070-000 00 00", "country": "Sverige", "email": "Anna"}}},
    "unreadable": {
        "faults": [{"method": "POST", "path": "*/contacts/read", "status": 400, "body": REFUSAL, "times": 0}],
    },
}
"""Tasks with `redact`; the folder of the backup is up to the test."""
HIDDEN = (*CONTACT.values(), *STORED, "+46 70 000 00 99", "41101", "Malmö", "070-000 00 00", "Sverige", "+46.700000099")

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes under ``/api/v2``."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.routing import BaseConverter

from . import batch, connection, contacts, jobs, writing
from .access import READ, WRITE
from .errors import ApiError, FieldError
from .operation import operation
from .state import SandboxState, sandbox_state
from .store import Domain
from .switches import SwitchBoard
from .v1 import shown_name, unknown_domain

NDJSON = "application/x-ndjson"
BULK_READ = "/api/v2/domains/bulk/contacts/read"
CURSOR_PREFIX = "cur_"

# contacts pages: the status words of a contact answer lack "fraud", which only the list has
_CONTACT_STATUS = {"fraud": "unknown"}

# get-v2-domains names them, and may show them below the part that could be read
_BELOW_THE_CUT = frozenset({"createdAt", "expiresAt", "nextDueAt", "tags", "pinned"})

blueprint = Blueprint("v2", __name__, url_prefix="/api/v2")


class DomainIdConverter(BaseConverter):
    """The id in a path; ``bulk`` is a route of its own."""

    regex = "(?!bulk(?:/|$))[^/]+"


@blueprint.get("/domains", provide_automatic_options=False)
@operation("list", READ)
def get_domains() -> Response:
    """https://developer.hostup.se/endpoints/domain-services/get-v2-domains

    A cursor names the last domain of the page before, so that it stays valid while domains come and go.
    """
    state = sandbox_state()
    limit = request.args.get("limit", state.switches["v2_default_limit"], type=int)
    limit = min(limit, state.switches["v2_page_size_cap"])
    last_seen = "dom_" + request.args.get("cursor", "").removeprefix(CURSOR_PREFIX)
    if "name" in request.args:
        named = _named(state, request.args["name"])
        domains: Sequence[Domain] = [named] if named is not None and named.v2_id > last_seen else []
    else:
        domains = state.store.after_v2_id(last_seen)
    page, more = domains[:limit], len(domains) > limit
    include = request.args.get("include", "").split(",")
    return jsonify(
        {
            "data": [_listed(state, domain, include) for domain in page],
            "hasMore": more,
            "nextCursor": CURSOR_PREFIX + page[-1].v2_id.removeprefix("dom_") if more else None,
        }
    )


@blueprint.get("/domains/<domain_id:domain_id>", provide_automatic_options=False)
@operation("read", READ)
def get_domain(domain_id: str) -> Response:
    """https://developer.hostup.se/endpoints/domain-services/get-v2-domains-id"""
    state = sandbox_state()
    domain = _domain(state, domain_id)
    return jsonify(
        _entry(domain, shown_name(state, domain))
        | {
            "contacts": None if domain.attributes.read_error else _roles(state, domain),
            "nameservers": ["ns1.example.net", "ns2.example.net"],
            "registryLock": {"enabled": False},
            "whoisPrivacy": {"enabled": False},
            "actions": _actions(domain),
        }
    )


@blueprint.get("/domains/<domain_id:domain_id>/contacts", provide_automatic_options=False)
@operation("read", READ)
def get_domain_contacts(domain_id: str) -> Response:
    """https://developer.hostup.se/endpoints/domain-services/get-v2-domains-id-contacts"""
    state = sandbox_state()
    domain = _domain(state, domain_id)
    if domain.attributes.read_error:
        raise ApiError(503, "upstream_unavailable", domain.attributes.read_error["detail"])
    return jsonify(contacts_answer(state, domain))


@blueprint.post("/domains/<domain_id:domain_id>/contacts", provide_automatic_options=False)
@operation("write", WRITE)
def post_domain_contacts(domain_id: str) -> Response:
    """https://developer.hostup.se/endpoints/domain-services/post-v2-domains-id-contacts

    Synchronous. A number that needs BankID first is left out, and the 200 says so in ``updateOutcome``.
    """
    state = sandbox_state()
    domain = _domain(state, domain_id)
    given = {role: value for role, value in request.get_json(force=True).items() if role in contacts.ROLES}
    patches = {role: _role_patch(state, domain, role, value) for role, value in given.items()}
    writing.require_editable(domain, state.switches)
    writing.require_holder_change_allowed(domain, patches.get("registrant", {}), state.switches)
    for role, patch in patches.items():
        domain.write(role, writing.effective(domain, patch, state.switches))
    answer = contacts_answer(state, domain)
    outcome = _update_outcome(state, domain, given.get("registrant", {}))
    return jsonify(answer | outcome)


@blueprint.post("/domains/bulk/contacts", provide_automatic_options=False)
@operation("write", WRITE)
def post_bulk_contacts() -> tuple[Response, int]:
    """https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts"""
    state = sandbox_state()
    body = request.get_json(force=True)
    given = body["contacts"]
    batch.check_ids(body["domainIds"], state.switches)
    batch.check_contacts(given, state.switches)
    _check_bulk_fields(state, given)
    patch = writing.v2_patch(given, state.switches, "/contacts")
    rule = state.switches["v2_omitted_fields"]
    patch = writing.with_omitted(patch, given, rule=rule, names=contacts.V2_NAMES)
    domains = batch.resolve(body["domainIds"], state.store.by_v2_id, state.switches["unknown_id_answer"])
    batch.check_editable(domains, state.switches)
    moment = state.clock()
    job = state.jobs.submit("v2", domains, patch, moment)
    operation_object = jobs.operation(job, moment, state.switches)
    if state.switches["bulk_submit_shape"] == "no_job_id":
        del operation_object["jobId"], operation_object["pollUrl"]
    return jsonify({"operation": operation_object, "domainsQueued": len(domains)}), 202


@blueprint.post("/domains/bulk/contacts/read", provide_automatic_options=False)
@operation("read", READ)
def read_bulk_contacts() -> Response:
    """https://developer.hostup.se/endpoints/domain-services/post-v2-domains-bulk-contacts-read

    One JSON object a line, sent line by line.
    """
    state = sandbox_state()
    if state.switches["read_accept_checked"] and not request.accept_mimetypes[NDJSON]:
        raise ApiError(406, "not_acceptable", f"This route answers {NDJSON}.")
    ids = request.get_json(force=True)["domainIds"]
    batch.check_ids(ids, state.switches)
    domains = batch.resolve(ids, state.store.by_v2_id, state.switches["unknown_id_answer"])
    lines = _contradicting([read_line(state, domain) for domain in _in_line_order(state, domains)], state.switches)
    g.ndjson_lines = lines
    if state.switches["v2_contact_nesting"] != "flat":
        g.outside_contract = True
    return Response(_stream(lines, state, request.environ), mimetype=NDJSON)


def _contradicting(lines: list[dict[str, Any]], switches: SwitchBoard) -> list[dict[str, Any]]:
    if not lines or switches["read_contradicts"] == "no":
        return lines
    if switches["read_contradicts"] == "other_name":
        return [{**lines[0], "domainName": "somebody-else.example"}, *lines[1:]]
    contact = lines[0]["contact"]
    return [lines[0], {**lines[0], "contact": {**contact, "city": "Elsewhere"}} if contact else lines[0], *lines[1:]]


def _stream(lines: Iterable[Mapping[str, Any]], state: SandboxState, environ: dict[str, Any]) -> Iterator[bytes]:
    breaks_off_after, pause = (
        state.switches[name] for name in ("read_breaks_off_after", "bulk_read_seconds_per_domain")
    )
    for number, line in enumerate(lines):
        if pause:
            state.shutdown.wait(pause)
        if breaks_off_after and number == breaks_off_after:
            raise connection.cut(environ)
        yield json.dumps(line).encode("ascii") + b"\n"


def _in_line_order(state: SandboxState, domains: list[Domain]) -> list[Domain]:
    omitted = {state.store.find(reference) for reference in state.switches["read_omits_ids"]}
    kept = [domain for domain in domains if domain not in omitted]
    if state.switches["read_line_order"] == "reversed":
        return kept[::-1]
    if state.switches["read_line_order"] == "shuffled":
        # The same request must give the same order, or a failing test could not be repeated.
        random.Random(len(kept)).shuffle(kept)
    return kept


def read_line(state: SandboxState, domain: Domain) -> dict[str, Any]:
    """The line of a bulk read about one domain."""
    line: dict[str, Any] = {"domainId": domain.v2_id, "domainName": shown_name(state, domain)}
    error = domain.attributes.read_error
    if error:
        shape = state.switches["read_error_shape"]
        return line | {"contact": None, "error": error if shape == "object" else error["detail"]}
    with_identifier = state.switches["read_contact_identifier"]
    contact = contacts.v2_contact(domain.shown(state.clock()), state.switches, with_identifier=with_identifier)
    if state.switches["v2_contact_nesting"] == "by_role":
        contact = {"registrant": contact}
    return line | {"contact": contact, "error": None}


def _domain(state: SandboxState, domain_id: str) -> Domain:
    domain = state.store.by_v2_id(domain_id)
    if domain is None:
        raise unknown_domain(state)
    return domain


def _named(state: SandboxState, name: str) -> Domain | None:
    domain = state.store.by_name(name)
    if domain is None:
        return None
    forms = {"a_label": {domain.a_label}, "unicode": {domain.name}, "either": {domain.a_label, domain.name}}
    return domain if name.lower() in forms[state.switches["name_filter_form"]] else None


def _listed(state: SandboxState, domain: Domain, include: Iterable[str]) -> dict[str, Any]:
    entry = _entry(domain, shown_name(state, domain))
    if state.switches["v2_list_shows"] == "what_is_shown":
        entry = {key: value for key, value in entry.items() if key not in _BELOW_THE_CUT}
    return entry | {"hostingConnection": None} if "hostingConnection" in include else entry


def _entry(domain: Domain, name: str) -> dict[str, Any]:
    attributes = domain.attributes
    return {
        "id": domain.v2_id,
        "name": name,
        "serviceStatus": attributes.service_status,
        "orderId": domain.v1_id,
        "lifecycle": {
            "type": "transfer" if attributes.transfer_in_progress else "standard",
            "autoRenewEnabled": True,
            "registrarLockEnabled": False,
            "transferInProgress": attributes.transfer_in_progress,
        },
        # Named by HostUp's page, without its fields
        "billing": {},
        "createdAt": attributes.created_at,
        "expiresAt": attributes.expires_at,
        "nextDueAt": attributes.expires_at,
        "tags": list(attributes.tags),
        "pinned": False,
    }


def _actions(domain: Domain) -> dict[str, Any]:
    return {
        "canEditContacts": domain.edit_gate.as_json(),
        "requiresIdentityVerification": domain.identity_gate.as_json(),
    }


def _roles(state: SandboxState, domain: Domain) -> dict[str, Any]:
    answer: dict[str, Any] = dict.fromkeys(contacts.ROLES)
    shown = contacts.ROLES if state.switches["v2_other_roles"] == "present" else ("registrant",)
    for role in shown:
        contact = domain.roles[role]
        answer[role] = contact and contacts.v2_contact(contact, state.switches)
    return answer


def contacts_answer(state: SandboxState, domain: Domain) -> dict[str, Any]:
    """The contacts of one domain and what can be done with them."""
    status = domain.attributes.service_status
    return _roles(state, domain) | {
        "draft": domain.attributes.draft,
        "serviceStatus": _CONTACT_STATUS.get(status, status),
        "actions": _actions(domain),
    }


def _role_patch(state: SandboxState, domain: Domain, role: str, given: Mapping[str, Any]) -> dict[str, str]:
    patch = writing.v2_patch(given, state.switches, f"/{role}")
    if "registrationIdentifier" in given and not _identifier_is_blocked(domain, role):
        patch["orgno"] = contacts.stored_orgno(given["registrationIdentifier"])
    return patch


def _identifier_is_blocked(domain: Domain, role: str) -> bool:
    return role == "registrant" and domain.needs_identity_verification and not domain.attributes.draft


def _update_outcome(state: SandboxState, domain: Domain, registrant: Mapping[str, Any]) -> dict[str, Any]:
    asked = "registrationIdentifier" in registrant
    blocked = asked and _identifier_is_blocked(domain, "registrant")
    shape = state.switches["update_outcome_unblocked"]
    if not blocked and shape != "object":
        return {} if shape == "absent" else {"updateOutcome": None}
    outcome = {
        "registrantRegistrationIdentifierApplied": asked and not blocked,
        "registrantRegistrationIdentifierBlockedReason": "identity_verification_required" if blocked else None,
    }
    return {"updateOutcome": outcome}


def _check_bulk_fields(state: SandboxState, given: Mapping[str, Any]) -> None:
    unknown = [key for key in given if key not in contacts.STORED_NAMES]
    if unknown and state.switches["unknown_bulk_field"] == "refused":
        fields = [FieldError(f"/contacts/{key}", "Unknown field.", "unknown_field") for key in unknown]
        raise ApiError(400, "invalid_request", "The request body failed validation.", fields)

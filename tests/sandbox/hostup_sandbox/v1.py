# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes under ``/api``: generation 1, and the jobs of both generations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import batch, contacts, jobs, writing
from .access import READ, WRITE
from .errors import ApiError, FieldError, v2_problem
from .operation import operation, v1_success
from .state import SandboxState, sandbox_state
from .store import Domain

blueprint = Blueprint("v1", __name__, url_prefix="/api")


@blueprint.get("/domain-contacts/<domain_id>", provide_automatic_options=False)
@operation("read", READ)
def get_domain_contacts(domain_id: str) -> Response:
    """The stored contact. HostUp names the route on post-domains-bulk-contacts but has no page for it."""
    state = sandbox_state()
    domain = _domain(state, domain_id)
    if domain.attributes.read_error:
        raise ApiError(500, "internal_error", domain.attributes.read_error["detail"])
    return v1_success({"contacts": contacts_of(state, domain)}, state.clock())


@blueprint.post("/domain-contacts/<domain_id>", provide_automatic_options=False)
@operation("write", WRITE)
def post_domain_contacts(domain_id: str) -> Response:
    """https://developer.hostup.se/endpoints/domain-services/post-domain-contacts-id

    The page nests the fields in ``registrant``; HostUp's own module sends them flat. Both are taken.
    """
    state = sandbox_state()
    domain = _domain(state, domain_id)
    given = request.get_json(force=True)["updateContactInfo"]
    patch = writing.v1_patch(given.get("registrant", given), state.switches)
    writing.require_editable(domain, state.switches)
    writing.require_holder_change_allowed(domain, patch, state.switches)
    if domain.needs_identity_verification:
        patch.pop("orgno", None)
    domain.write("registrant", writing.effective(domain, patch, state.switches))
    data = {
        "message": "Contact information updated",
        "contacts": {"registrant": contacts.v1_contact(domain.registrant, state.switches)},
        "success": True,
        "syncTriggered": False,
        "domainStatus": _status(domain),
        "orderActivation": {"attempted": False, "result": {"success": False}},
    }
    return v1_success(data, state.clock())


@blueprint.post("/domains/bulk/contacts", provide_automatic_options=False)
@operation("write", WRITE)
def post_bulk_contacts() -> Response:
    """https://developer.hostup.se/endpoints/domain-services/post-domains-bulk-contacts"""
    state = sandbox_state()
    body = request.get_json(force=True)
    given = body["contacts"]
    batch.check_ids(body["domainIds"], state.switches)
    batch.check_contacts(given, state.switches)
    _check_required_keys(given, state)
    domains = batch.resolve(body["domainIds"], state.store.by_v1_id, state.switches["v1_unknown_id_answer"])
    batch.check_editable(domains, state.switches)
    patch = writing.v1_patch({key: given[key] for key in contacts.FIELDS if key in given}, state.switches)
    rule, names = state.switches["v1_omitted_keys"], dict(zip(contacts.FIELDS, contacts.FIELDS, strict=True))
    patch = writing.with_omitted(patch, given, rule=rule, names=names)
    job = state.jobs.submit("v1", domains, patch, state.clock())
    data = {
        "jobId": job.id,
        "message": f"Bulk contact update started for {len(domains)} domain(s)",
        "domainsCount": len(domains),
    }
    if state.switches["bulk_submit_shape"] == "no_job_id":
        del data["jobId"]
    return v1_success(data, state.clock())


@blueprint.get("/jobs/<job_id>", provide_automatic_options=False)
@operation("poll", None)
def get_job(job_id: str) -> Response:
    """https://developer.hostup.se/endpoints/domain-services/get-jobs-jobid"""
    state = sandbox_state()
    moment = state.clock()
    job = state.jobs.get(job_id, moment)
    if job is None:
        return _job_not_found(state, job_id, moment)
    answer = jobs.poll_answer(job, moment, state.switches)
    return v1_success(answer, moment) if jobs.has_v1_envelope(job, state.switches) else jsonify(answer)


@blueprint.get("/client-domains", provide_automatic_options=False)
@operation("list", READ)
def get_client_domains() -> Response:
    """The domains of the account, by page. Not documented by HostUp; its WHMCS module calls it."""
    state = sandbox_state()
    first = state.switches["v1_first_page"]
    domains = state.store.all()
    size = min(request.args.get("limit", 1000, type=int), state.switches["v1_page_size_cap"])
    pages = max(1, -(-len(domains) // size))
    asked = max(0, request.args.get("page", first, type=int) - first)
    page = min(asked, pages - 1) if state.switches["v1_page_beyond_end"] == "last" else asked
    data: dict[str, Any] = {
        "domains": [_list_entry(state, domain) for domain in domains[page * size : (page + 1) * size]]
    }
    if state.switches["v1_pagination"] == "present":
        data["pagination"] = {
            "currentPage": page + first,
            "perPage": size,
            "totalPages": pages,
            "totalRecords": len(domains),
        }
    return v1_success(data, state.clock())


@blueprint.get("/domain-details/<domain_id>", provide_automatic_options=False)
@operation("read", READ)
def get_domain_details(domain_id: str) -> Response:
    """Details of one domain. Not documented by HostUp; the keys are those its WHMCS module reads."""
    state = sandbox_state()
    domain = _domain(state, domain_id)
    details = {
        "id": domain.v1_id,
        "name": shown_name(state, domain),
        "status": _status(domain),
        "order_id": domain.v1_id,
        "expires": (domain.attributes.expires_at or "")[:10],
        "nameservers": ["ns1.example.net", "ns2.example.net"],
        "reglock": "0",
        "idprotection": "0",
    }
    return v1_success({"details": details}, state.clock())


def shown_name(state: SandboxState, domain: Domain) -> str:
    """The domain name in the form that answers carry."""
    return domain.a_label if state.switches["domain_name_on_read"] == "a_label" else domain.name


def _domain(state: SandboxState, domain_id: str) -> Domain:
    domain = state.store.by_v1_id(domain_id)
    if domain is None:
        raise unknown_domain(state)
    return domain


def unknown_domain(state: SandboxState) -> ApiError:
    """The error of a per-domain route for an id that is not in the account."""
    if state.switches["unknown_domain_answer"] == "403":
        return ApiError(403, "forbidden", "The domain is not owned by the caller.")
    return ApiError(404, "not_found", "Domain not found")


def contacts_of(state: SandboxState, domain: Domain) -> dict[str, Any]:
    """The stored contacts of one domain, in the nesting that the switch asks for."""
    registrant = contacts.v1_contact(domain.shown(state.clock()), state.switches)
    if state.switches["v1_read_nesting"] == "flat":
        return dict(registrant)
    answer: dict[str, Any] = {"registrant": registrant}
    if state.switches["v1_read_other_roles"] == "present":
        for role in contacts.ROLES[1:]:
            contact = domain.roles[role]
            answer[role] = contact and contacts.v1_contact(contact, state.switches)
    return answer


def _check_required_keys(given: dict[str, Any], state: SandboxState) -> None:
    missing = [key for key in contacts.FIELDS if key not in given]
    if missing and state.switches["v1_required_keys"] == "all":
        raise ApiError(
            400,
            "invalid_request",
            "Validation failed",
            [FieldError(f"/contacts/{key}", "Required.", "missing_required") for key in missing],
        )


def _job_not_found(state: SandboxState, job_id: str, moment: float) -> Response:
    error = ApiError(404, "not_found", "Job not found")
    is_v2_job = job_id.startswith(("dbj_", "job_"))
    if state.switches["job_not_found_shape"] == "v1_envelope" or not is_v2_job:
        raise error
    problem = v2_problem(error, request.path, moment, state.switches["problem_extensions"] == "present")
    response = jsonify(problem)
    response.status_code = 404
    response.mimetype = state.switches["problem_content_type"]
    return response


def _list_entry(state: SandboxState, domain: Domain) -> dict[str, str]:
    entry = {state.switches["v1_list_id_key"]: domain.v1_id, "name": shown_name(state, domain)}
    if state.switches["v1_list_shows"] == "nothing":
        return entry
    return entry | {"status": _status(domain), "expires": (domain.attributes.expires_at or "")[:10]}


def _status(domain: Domain) -> str:
    return domain.attributes.service_status.upper()

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane: what tests and people use to look inside the sandbox and to change it. No key is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import contacts, faults
from .shapes import DOMAIN_PATCH, PORTFOLIO, RESET, SETTINGS, ShapeError, require
from .state import sandbox_state
from .store import Domain, SeedError
from .switches import SwitchError, parse_settings

PREFIX = "/_sandbox"

# What a control request need not say
DEFAULT_PORTFOLIO: dict[str, Any] = {
    "count": 200,
    "suffix": "example",
    "registrant": {
        "firstname": "Anna",
        "lastname": "Svensson",
        "companyname": "Example AB",
        "email": "domains@example.com",
        "phonenumber": "+46700000000",
        "address1": "Examplegatan 1",
        "city": "Stockholm",
        "postcode": "123 45",
        "country": "SE",
    },
    "differing": {"count": 0, "registrant": {}},
}

blueprint = Blueprint("control", __name__, url_prefix=PREFIX)


@blueprint.errorhandler(SwitchError)
@blueprint.errorhandler(SeedError)
@blueprint.errorhandler(ShapeError)
def refuse(error: Exception) -> tuple[Response, int]:
    """A wrong control request is answered 400 with one sentence."""
    return jsonify({"error": str(error)}), 400


@blueprint.get("/requests")
def get_requests() -> Response:
    """The recorded API requests and their counts by kind."""
    return jsonify(sandbox_state().log.as_json())


@blueprint.delete("/requests")
def delete_requests() -> Response:
    """Forget the recorded requests."""
    sandbox_state().log.clear()
    return jsonify({})


@blueprint.post("/reset")
def reset() -> Response:
    """Back to the start; ``switches`` in the body are set afterwards."""
    state = sandbox_state()
    settings = parse_settings(_body(RESET).get("switches", {}))
    state.reset()
    state.switches.set(settings)
    return jsonify({"domains": len(state.store)})


@blueprint.get("/switches")
def get_switches() -> Response:
    """All switches with their values, defaults and descriptions."""
    return jsonify({"switches": sandbox_state().switches.describe()})


@blueprint.patch("/switches")
def patch_switches() -> Response:
    """Change switches: a flat object of name and value."""
    sandbox_state().switches.set(_body(SETTINGS))
    return get_switches()


@blueprint.get("/domains")
def get_domains() -> Response:
    """Everything stored of every domain."""
    return jsonify({"domains": [domain.as_json() for domain in sandbox_state().store.all()]})


@blueprint.get("/domains/<reference>")
def get_domain(reference: str) -> Response | tuple[Response, int]:
    """Everything stored of one domain, found by either id or by name."""
    domain = sandbox_state().store.find(reference)
    return _no_domain(reference) if domain is None else jsonify(domain.as_json())


@blueprint.patch("/domains/<reference>")
def patch_domain(reference: str) -> Response | tuple[Response, int]:
    """Change stored contacts (by role, v1 names) and ``attributes`` directly, past every rule."""
    domain = sandbox_state().store.find(reference)
    if domain is None:
        return _no_domain(reference)
    body = _body(DOMAIN_PATCH)
    domain.attributes = domain.attributes.changed(body.pop("attributes", {}))
    for role, contact in body.items():
        domain.roles[role] = None if contact is None else contacts.complete({**(domain.roles[role] or {}), **contact})
    return jsonify(domain.as_json())


@blueprint.post("/portfolio")
def post_portfolio() -> Response:
    """Create many domains with one contact, some of them with a contact that differs."""
    body = DEFAULT_PORTFOLIO | _body(PORTFOLIO)
    differing = body["differing"]
    domains = sandbox_state().store.add_portfolio(
        body["count"], body["suffix"], body["registrant"], differing["count"], differing["registrant"]
    )
    return jsonify({**_references(domains), "differing": _references(domains[: differing["count"]])})


@blueprint.get("/faults")
def get_faults() -> Response:
    """The fault rules still in force."""
    return jsonify({"faults": sandbox_state().faults.as_json()})


@blueprint.post("/faults")
def post_faults() -> Response:
    """Add fault rules: one object or a list."""
    sandbox_state().faults.add(faults.parse(request.get_json(force=True)))
    return get_faults()


@blueprint.delete("/faults")
def delete_faults() -> Response:
    """Remove all fault rules."""
    sandbox_state().faults.clear()
    return jsonify({})


@blueprint.get("/violations")
def get_violations() -> Response:
    """Answers of the sandbox that broke its own contract; anything here is a fault of the sandbox."""
    return jsonify({"violations": sandbox_state().violations})


def _body(shape: Mapping[str, Any]) -> dict[str, Any]:
    given = request.get_json(force=True) if request.get_data() else {}
    require(given, shape, "the body")
    return dict(given)


def _references(domains: list[Domain]) -> dict[str, Any]:
    return {
        "names": [domain.name for domain in domains],
        "v1_ids": [domain.v1_id for domain in domains],
        "v2_ids": [domain.v2_id for domain in domains],
    }


def _no_domain(reference: str) -> tuple[Response, int]:
    return jsonify({"error": f"no domain {reference!r}; GET {PREFIX}/domains lists them"}), 404

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI document, and the sandbox held to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate
from sandbox_client import BULK_READ, BULK_V2, SandboxClient

from hostup_sandbox import create_app, v1, v2
from hostup_sandbox.contract import DOCUMENT
from hostup_sandbox.store import v2_id_for

SPEC = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
HEADERS = {"Authorization": "Bearer sandbox-full-access"}


def test_the_document_is_valid_openapi() -> None:
    validate(SPEC)


def test_document_and_application_have_the_same_routes() -> None:
    app = create_app()
    served = {
        (method.lower(), rule.rule.count("/"), rule.rule.split("<")[0])
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith((f"{v1.blueprint.name}.", f"{v2.blueprint.name}."))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    documented = {
        (method, path.count("/"), path.split("{")[0])
        for path, item in SPEC["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert served == documented
    assert len(documented) == 12


def test_the_examples_of_the_document_are_domains_of_the_seed(api: SandboxClient) -> None:
    example = SPEC["components"]["parameters"]["V2DomainId"]["example"]
    assert example == api.v2_id("example.com") == v2_id_for("example.com")


def test_an_answer_that_breaks_the_contract_becomes_a_500_and_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    api = SandboxClient()
    monkeypatch.setattr(v1, "_status", lambda _domain: 7)
    answer = api.get("/api/domain-details/11790")
    assert answer.status_code == 500
    assert "/data/details/status: 7 is not of type 'string'" in answer.json["message"]
    (violation,) = api.violations()
    assert (violation["method"], violation["path"], violation["status"]) == ("GET", "/api/domain-details/11790", 200)


def test_a_line_that_breaks_the_contract_becomes_a_500_and_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    api = SandboxClient()
    monkeypatch.setattr(v2, "shown_name", lambda _state, _domain: 7)
    answer = api.post(BULK_READ, {"domainIds": [api.v2_id("example.com")]})
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert api.violations()[0]["problems"] == ["/domainName: 7 is not of type 'string'"]


def test_without_validation_the_contract_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v1, "_status", lambda _domain: 7)
    client = create_app(validate=False).test_client()
    assert client.get("/api/domain-details/11790", headers=HEADERS).json["data"]["details"]["status"] == 7
    assert client.get("/api/v2/domains?include=everything", headers=HEADERS).status_code == 200
    answer = client.post(BULK_V2, json={}, headers=HEADERS)
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")


def test_another_content_type_is_refused(api: SandboxClient) -> None:
    answer = api.app.test_client().post(BULK_V2, data="{}", headers=HEADERS, content_type="text/plain")
    assert (answer.status_code, answer.json["detail"]) == (400, "The Content-Type must be application/json.")


def test_a_head_request_is_answered_like_a_get_without_a_body(api: SandboxClient) -> None:
    answer = api.call("HEAD", "/api/v2/domains")
    assert (answer.status_code, answer.get_data()) == (200, b"")


def test_the_seed_is_read_from_another_file(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yml"
    seed.write_text("domains: [{id: '5', name: only.example, registrant: {firstname: Anna}}]", encoding="utf-8")
    client = create_app(seed=seed).test_client()
    data = client.get("/api/client-domains", headers=HEADERS).json["data"]
    assert [domain["name"] for domain in data["domains"]] == ["only.example"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("domains: [", "is not YAML"),
        ("[]", "is not of type 'object'"),
        ("domains: [{id: 5, name: a.example, registrant: {}}]", "/domains/0/id: 5 is not of type 'string'"),
        ("domains: [{id: '5', name: a.example}]", "/domains/0: 'registrant' is a required property"),
        ("domains: [{id: '5', name: a.example, registrant: {town: Lund}}]", "/domains/0/registrant"),
        ("domains: [{id: '5', name: a.example, registrant: {country: no}}]", "/domains/0/registrant/country"),
        (
            "domains: [{id: '5', name: a.example, registrant: {}}, {id: '5', name: b.example, registrant: {}}]",
            "domain b.example (5) exists already",
        ),
    ],
)
def test_a_wrong_seed_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    seed = tmp_path / "seed.yml"
    seed.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"seed\.yml|exists already") as refused:
        create_app(seed=seed)
    assert message in str(refused.value)

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract: the OpenAPI document beside the package, and the checks of every call against it."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from openapi_core.validation.request.exceptions import ParameterValidationError
from werkzeug.wrappers import Request, Response

from . import yaml_files
from .errors import FieldError

DOCUMENT = Path(__file__).resolve().parent.parent / "openapi.yaml"
_LINE_SCHEMA = "#/components/schemas/BulkReadLine"

_CODES = {
    "required": "missing_required",
    "minProperties": "missing_required",
    "minItems": "missing_required",
    "additionalProperties": "unknown_field",
    "unevaluatedProperties": "unknown_field",
    "type": "invalid_type",
    "pattern": "invalid_format",
    "format": "invalid_format",
}


# The library knows application/json only.
_CONFIG = Config(extra_media_type_deserializers={"application/problem+json": json.loads})


class Contract:
    """Checks requests, answers and lines of a bulk read. Safe for use by several threads."""

    def __init__(self, document: Path = DOCUMENT) -> None:
        spec = yaml_files.load(document)
        self._openapi = OpenAPI.from_dict(_without_security(spec), config=_CONFIG)
        self._line = Draft202012Validator({"$ref": _LINE_SCHEMA, "components": spec["components"]})
        self._lock = threading.Lock()

    def request_errors(self, request: Request) -> list[FieldError]:
        """What is wrong with a request to a known route."""
        with self._lock:
            problems = list(self._openapi.request_validator.iter_errors(_RequestView(request)))
        return [field for problem in problems for field in _field_errors(problem)]

    def response_errors(self, request: Request, response: Response) -> list[str]:
        """What is wrong with an answer, one sentence each."""
        with self._lock:
            view = _RequestView(request)
            problems = list(self._openapi.response_validator.iter_errors(view, WerkzeugOpenAPIResponse(response)))
        return [f"{field.pointer}: {field.detail}" for problem in problems for field in _field_errors(problem)]

    def line_errors(self, line: Mapping[str, Any]) -> list[str]:
        """What is wrong with one line of a bulk read, one sentence each."""
        return [f"{_pointer(error)}: {error.message}" for error in self._line.iter_errors(line)]


@functools.cache
def shared_contract() -> Contract:
    """The contract of the document that comes along; one for all sandboxes, since loading it takes a while."""
    return Contract()


class _RequestView(WerkzeugOpenAPIRequest):
    """A HEAD request is judged as the GET it stands for."""

    @property
    def method(self) -> str:
        method = super().method
        return "get" if method == "head" else method


def _without_security(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The document without its security rules: the gate checks keys first, and a switch may widen the schemes."""
    paths = {
        path: {
            method: {key: value for key, value in operation.items() if key != "security"}
            if isinstance(operation, dict)
            else operation
            for method, operation in item.items()
        }
        for path, item in spec["paths"].items()
    }
    return {key: value for key, value in spec.items() if key != "security"} | {"paths": paths}


def _field_errors(problem: Exception) -> Iterator[FieldError]:
    schema_errors = getattr(problem.__cause__, "schema_errors", None)
    place = _parameter_place(problem) if isinstance(problem, ParameterValidationError) else ""
    if schema_errors is None:
        yield FieldError(place, str(problem.__cause__ or problem), "invalid_value")
        return
    for error in schema_errors:
        yield from _from_schema_error(error, place)


def _from_schema_error(error: ValidationError, place: str) -> Iterator[FieldError]:
    deepest = best_match([error]) or error
    pointer = place + _pointer(deepest)
    code = _CODES.get(str(deepest.validator), "invalid_value")
    for name in _missing_names(deepest):
        yield FieldError(f"{pointer}/{name}", "Required.", code)
    for name in _unknown_names(deepest):
        yield FieldError(f"{pointer}/{name}", "Unknown field.", code)
    if deepest.validator not in ("required", "additionalProperties"):
        yield FieldError(pointer, deepest.message, code)


def _missing_names(error: ValidationError) -> list[str]:
    if error.validator != "required":
        return []
    needed: Any = error.validator_value
    given: Any = error.instance
    return [name for name in needed if name not in given]


def _unknown_names(error: ValidationError) -> list[str]:
    if error.validator != "additionalProperties":
        return []
    schema: Any = error.schema
    given: Any = error.instance
    return [name for name in given if name not in schema.get("properties", {})]


def _parameter_place(problem: ParameterValidationError) -> str:
    return f"?{problem.name}" if problem.location == "query" else f"/{problem.name}"


def _pointer(error: ValidationError) -> str:
    return "".join(f"/{part}" for part in error.absolute_path)

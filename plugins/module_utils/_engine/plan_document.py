# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""The plan as a document: what would be written, for a person to approve, and for a later run to be held to. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from ansible_collections.hostup.cloud.plugins.module_utils._contact.compare import comparable_form, country_of
from ansible_collections.hostup.cloud.plugins.module_utils._contact.fields import FIELD_NAMES
from ansible_collections.hostup.cloud.plugins.module_utils._engine.plan import Plan, PlannedDomain
from ansible_collections.hostup.cloud.plugins.module_utils._http.transport import COLLECTION_VERSION

FORMAT = 1
"""Raised when a reader of the older form would go wrong."""

KEYS = frozenset(
    {"format", "created", "collection", "api_url", "api_version", "redacted", "summary", "changes"},
)

DIGEST = "sha256:"

SEALED = "hmac-sha256:"


class NotAPlan(ValueError):
    """A text is no plan that this version can read."""


class NewerPlan(NotAPlan):
    """A text is a plan of a later version of the collection."""


@dataclass(frozen=True)
class Seal:
    """Makes the digests that stand for the values in a redacted plan (HMAC, RFC 2104).

    Without a secret, the digest of a postcode would be guessed in a second. What goes into it is the field and the
    comparable form of its value, so that a value in another notation has the same digest.

    :ivar strict: take the exact text in the place of its comparable form.
    """

    secret: str = field(repr=False)
    strict: bool = False

    def value(self, name: str, value: str, country: str) -> str:
        """Return the digest of a value; ``country`` is the code of the country of its contact, or ``""``."""
        return self._digest(name, value if self.strict else comparable_form(name, value, country))

    @property
    def mark(self) -> str:
        """The digest of no value in no field, by which a plan under this secret is recognised."""
        return self._digest("", "")

    def _digest(self, *parts: object) -> str:
        return (
            SEALED
            + hmac.new(
                self.secret.encode("utf-8", "surrogatepass"), json.dumps(parts).encode(), hashlib.sha256
            ).hexdigest()
        )


class FieldChange(NamedTuple):
    """The values of one field, or their digests. None: nobody knows what is stored."""

    before: str | None
    after: str


@dataclass(frozen=True)
class Change:
    """What one domain would get.

    :ivar profile: the name of what was declared, where there are several.
    """

    id: str
    name: str | None
    profile: str | None
    fields: Mapping[str, FieldChange]

    def as_json(self) -> dict[str, Any]:
        fields = {name: values._asdict() for name, values in self.fields.items()}
        return {"id": self.id, "name": self.name, "profile": self.profile, "fields": fields}


@dataclass(frozen=True)
class PlanContent:
    """What counts of a plan.

    :ivar mark: that of the secret under which the values are redacted; None if they are not.
    :ivar changes: in the declared order of their domains.
    """

    api_url: str
    api_version: str
    mark: str | None
    changes: tuple[Change, ...]

    @cached_property
    def by_id(self) -> dict[str, Change]:
        return {change.id: change for change in self.changes}

    @cached_property
    def digest(self) -> str:
        """Of the canonical JSON of what would be written where: no white space, keys and domains sorted, ASCII."""
        counted = {
            "api_url": self.api_url,
            "api_version": self.api_version,
            "changes": [self.by_id[domain_id].as_json() for domain_id in sorted(self.by_id)],
        }
        canonical = json.dumps(counted, sort_keys=True, separators=(",", ":"))
        return DIGEST + hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class PlanMaker:
    """Makes the documents of one run.

    :ivar api_url: the origin of the API.
    :ivar complete: whether an update carries the complete contact.
    """

    api_url: str
    api_version: str
    complete: bool
    seal: Seal

    def content(self, plan: Plan, *, redact: bool) -> PlanContent:
        """Return what counts of a plan; with ``redact`` under the seal."""
        changes = tuple(self._change(entry, redact=redact) for entry in plan.changing)
        return PlanContent(self.api_url, self.api_version, self.seal.mark if redact else None, changes)

    def _change(self, entry: PlannedDomain, *, redact: bool) -> Change:
        carried = {*entry.changed_fields, *(entry.unseen if self.complete else ())}
        fields = {
            name: FieldChange(entry.stored.known.get(name), entry.declared[name])
            for name in FIELD_NAMES
            if name in carried
        }
        if redact:
            fields = {name: self._sealed(name, values, entry) for name, values in fields.items()}
        return Change(entry.domain.id, entry.domain.name, entry.profile, fields)

    def _sealed(self, name: str, values: FieldChange, entry: PlannedDomain) -> FieldChange:
        stored = entry.stored.known
        before = None if values.before is None else self.seal.value(name, values.before, country_of(stored))
        return FieldChange(before, self.seal.value(name, values.after, country_of(entry.declared, stored)))


def plan_document(content: PlanContent, plan: Plan, moment: datetime) -> dict[str, Any]:
    """Return the document of a plan, as it is written to a file."""
    return {
        "format": FORMAT,
        "created": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "collection": COLLECTION_VERSION,
        "api_url": content.api_url,
        "api_version": content.api_version,
        "redacted": content.mark or False,
        "summary": _summary(plan),
        "changes": [change.as_json() for change in content.changes],
    }


def _summary(plan: Plan) -> dict[str, int]:
    total, considered, planned = len(plan.entries), len(plan.considered), len(plan.changing)
    differing = sum(bool(entry.changed_fields) for entry in plan.considered)
    rare = {"blocked": differing - planned, "skipped": total - considered}
    summary = {"total": total, "unchanged": considered - differing, "planned": planned}
    return {**summary, **{status: count for status, count in rare.items() if count}}


def read_plan(text: str) -> PlanContent:
    """Return what counts of the document of a plan.

    :raises NotAPlan: if the text is none, or one of a later version (:class:`NewerPlan`).
    """
    try:
        document = json.loads(text)
        if isinstance(document["format"], int) and document["format"] > FORMAT and "changes" in document:
            raise NewerPlan
        if document["format"] != FORMAT or not document.keys() >= KEYS:
            raise NotAPlan
        mark = document["redacted"]
        content = PlanContent(
            _text(document["api_url"]),
            _text(document["api_version"]),
            None if mark is False else _text(mark),
            tuple(_read_change(raw) for raw in document["changes"]),
        )
    except NotAPlan:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise NotAPlan from None
    if len(content.by_id) != len(content.changes):
        raise NotAPlan
    return content


def _read_change(raw: Any) -> Change:
    fields = {
        name: FieldChange(_text_or_none(values["before"]), _text(values["after"]))
        for name, values in raw["fields"].items()
    }
    if not fields.keys() <= set(FIELD_NAMES):
        raise NotAPlan
    return Change(_text(raw["id"]), _text_or_none(raw["name"]), _text_or_none(raw["profile"]), fields)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise NotAPlan
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domains of the pretended account: one stored state, seen by both API generations."""

from __future__ import annotations

import base64
import bisect
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from . import contacts, shapes, yaml_files
from .contacts import Contact

SEED_FILE = Path(__file__).resolve().parent.parent / "seed.yml"

_DEFAULT_READ_ERROR = {"code": "upstream_failed", "detail": "Contacts could not be loaded."}


class SeedError(ValueError):
    """A seed file is not YAML, or two domains would have one name or id."""


@dataclass(frozen=True)
class Gate:
    """An action gate: whether the action is allowed, and if not, why."""

    allowed: bool
    reason: str | None = None
    code: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The gate as ``actions`` of v2 shows it."""
        return {"allowed": self.allowed, "reason": self.reason, "code": self.code}


@dataclass(frozen=True)
class Attributes:
    """What is known of a domain beside its contacts.

    ``can_edit_contacts`` overrides the gate that follows from ``transfer_in_progress``; ``read_error`` makes the
    contacts unreadable; the registry drops changes of ``ignored_fields`` (v1 names) without a word.
    """

    service_status: str = "active"
    transfer_in_progress: bool = False
    can_edit_contacts: Mapping[str, Any] | None = None
    read_error: Mapping[str, str] | None = None
    ignored_fields: tuple[str, ...] = ()
    draft: bool = False
    tags: tuple[str, ...] = ()
    created_at: str = "2020-01-15T00:00:00.000Z"
    expires_at: str | None = "2027-01-15T00:00:00.000Z"

    def changed(self, given: Mapping[str, Any]) -> Attributes:
        """These attributes with some changed, as a seed file or a control request gives them."""
        values = dict(given)
        for name in ("tags", "ignored_fields"):
            if name in values:
                values[name] = tuple(values[name])
        if "read_error" in values:
            values["read_error"] = _read_error(values["read_error"])
        return replace(self, **values)

    def as_json(self) -> dict[str, Any]:
        """The attributes as the control plane shows them."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(eq=False)
class Domain:
    """One domain: an id of each generation, its name in Unicode, its contacts by role."""

    v1_id: str
    name: str
    roles: dict[str, Contact | None]
    attributes: Attributes = field(default_factory=Attributes)

    def __post_init__(self) -> None:
        self.a_label = contacts.a_label(self.name)
        self.v2_id = v2_id_for(self.a_label)
        self._held: tuple[Contact, float] | None = None

    def hold(self, until: float) -> None:
        """Let reads show the present registrant until then, whatever is stored in the meantime."""
        self._held = self.registrant, until

    def shown(self, moment: float) -> Contact:
        """The registrant as reads show it: they may lag behind what is stored."""
        return self._held[0] if self._held and moment < self._held[1] else self.registrant

    @property
    def registrant(self) -> Contact:
        """The registrant contact; every domain has one."""
        contact = self.roles["registrant"]
        assert contact is not None
        return contact

    @property
    def tld(self) -> str:
        """The last label of the name."""
        return self.a_label.rpartition(".")[2]

    @property
    def needs_identity_verification(self) -> bool:
        """BankID comes before a new personal or organisation number on these TLDs, as the v2 contacts page says."""
        return self.tld in ("se", "nu", "test")

    @property
    def edit_gate(self) -> Gate:
        """Whether the contacts can be edited now."""
        given = self.attributes.can_edit_contacts
        if given is not None:
            return Gate(given["allowed"], given.get("reason"), given.get("code"))
        if self.attributes.transfer_in_progress:
            return Gate(False, "A transfer is in progress.", "pending_order")
        return Gate(True)

    @property
    def identity_gate(self) -> Gate:
        """The inverted gate: allowed means that verification IS required."""
        required = self.needs_identity_verification
        return Gate(required, "BankID required" if required else None)

    def write(self, role: str, values: Mapping[str, str]) -> None:
        """Store values of one role; a role that was empty comes into being. Ignored fields stay as they are."""
        current = self.roles.get(role) or contacts.complete({})
        kept = {key: value for key, value in values.items() if key not in self.attributes.ignored_fields}
        self.roles[role] = current | kept

    def as_json(self) -> dict[str, Any]:
        """The whole stored state, for the control plane."""
        return {
            "v1_id": self.v1_id,
            "v2_id": self.v2_id,
            "name": self.name,
            "a_label": self.a_label,
            **self.roles,
            "attributes": self.attributes.as_json(),
        }


class Store:
    """All domains of the account, found by either id or by name. Not thread-safe: callers hold the sandbox's lock."""

    def __init__(self, domains: Iterable[Domain]) -> None:
        self._by_v1: dict[str, Domain] = {}
        self._by_v2: dict[str, Domain] = {}
        self._by_name: dict[str, Domain] = {}
        # Lists are asked for page by page, so they are not sorted anew each time.
        self._sorted_by_v1: list[Domain] | None = None
        self._sorted_by_v2: list[Domain] | None = None
        for domain in domains:
            self.add(domain)

    def __len__(self) -> int:
        return len(self._by_v1)

    def add(self, domain: Domain) -> None:
        """Add a domain; raises :class:`SeedError` when its id or name is taken."""
        if domain.v1_id in self._by_v1 or domain.a_label in self._by_name:
            raise SeedError(f"domain {domain.name} ({domain.v1_id}) exists already")
        self._by_v1[domain.v1_id] = domain
        self._by_v2[domain.v2_id] = domain
        self._by_name[domain.a_label] = domain
        self._sorted_by_v1 = self._sorted_by_v2 = None

    def all(self) -> Sequence[Domain]:
        """Every domain, ordered by v1 id."""
        if self._sorted_by_v1 is None:
            self._sorted_by_v1 = sorted(self._by_v1.values(), key=lambda domain: int(domain.v1_id))
        return self._sorted_by_v1

    def after_v2_id(self, identifier: str = "") -> Sequence[Domain]:
        """The domains whose v2 id comes after this one, which need not exist, ordered by v2 id."""
        if self._sorted_by_v2 is None:
            self._sorted_by_v2 = sorted(self._by_v2.values(), key=lambda domain: domain.v2_id)
        first = bisect.bisect_right(self._sorted_by_v2, identifier, key=lambda domain: domain.v2_id)
        return self._sorted_by_v2[first:]

    def by_v1_id(self, identifier: str) -> Domain | None:
        """The domain with this numeric id."""
        return self._by_v1.get(identifier)

    def by_v2_id(self, identifier: str) -> Domain | None:
        """The domain with this ``dom_`` id."""
        return self._by_v2.get(identifier)

    def by_name(self, name: str) -> Domain | None:
        """The domain with this name in either form."""
        return self._by_name.get(contacts.a_label(name))

    def find(self, reference: str) -> Domain | None:
        """The domain with this id of either generation, or this name in either form."""
        return self._by_v1.get(reference) or self._by_v2.get(reference) or self.by_name(reference)

    def next_v1_id(self) -> int:
        """The first numeric id after the ones in use."""
        return max((int(identifier) for identifier in self._by_v1), default=0) + 1

    def add_portfolio(
        self, count: int, suffix: str, registrant: Mapping[str, str], differing: int, other: Mapping[str, str]
    ) -> list[Domain]:
        """Create ``portfolio-0001.<suffix>`` and on; the first ``differing`` ones get ``registrant`` with ``other``."""
        first_id = self.next_v1_id()
        created = []
        for number in range(1, count + 1):
            contact = {**registrant, **other} if number <= differing else registrant
            created.append(
                Domain(
                    v1_id=str(first_id + number - 1),
                    name=f"portfolio-{number:04d}.{suffix}",
                    roles=_roles({"registrant": contact}),
                )
            )
        taken = [domain.name for domain in created if domain.a_label in self._by_name]
        if taken:
            raise SeedError(
                f"{len(taken)} of these domains exist already, the first is {taken[0]}; reset, or change suffix"
            )
        for domain in created:
            self.add(domain)
        return created


def load_seed(path: Path | str | None = None) -> list[Domain]:
    """The domains of a seed file (None: the one beside the package).

    Raises ``OSError``, :class:`SeedError` or :class:`shapes.ShapeError`, each with the place in its message.
    """
    source = Path(path or SEED_FILE)
    try:
        document = yaml_files.load(source)
    except yaml.YAMLError as error:
        raise SeedError(f"{source} is not YAML: {error}") from error
    shapes.require(document, shapes.SEED, str(source))
    return [
        Domain(
            v1_id=entry["id"],
            name=entry["name"].lower(),
            roles=_roles(entry),
            attributes=Attributes().changed(entry.get("attributes", {})),
        )
        for entry in document["domains"]
    ]


def v2_id_for(ascii_name: str) -> str:
    """The ``dom_`` id of a name: stable from run to run, so that examples can be repeated."""
    digest = hashlib.sha256(ascii_name.encode("utf-8", "surrogatepass")).digest()
    return "dom_" + base64.b32encode(digest).decode("ascii").lower()[:26]


def _roles(entry: Mapping[str, Any]) -> dict[str, Contact | None]:
    roles = {role: contacts.complete(entry[role]) if entry.get(role) else None for role in contacts.ROLES}
    return roles | {"registrant": contacts.complete(entry["registrant"])}


def _read_error(given: Any) -> Mapping[str, str] | None:
    if not given:
        return None
    return _DEFAULT_READ_ERROR | (dict(given) if isinstance(given, Mapping) else {})

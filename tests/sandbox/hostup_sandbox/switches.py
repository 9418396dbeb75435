# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches: one for each thing HostUp's documentation leaves open.

Each switch has a name, the values it may take, the likeliest answer as its default, and one sentence for people. An
unknown name or value is refused. The table in ``README.md`` is written by ``python -m hostup_sandbox.readme``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class SwitchError(ValueError):
    """A switch was named that does not exist, or set to a value it cannot take."""


@dataclass(frozen=True)
class Switch:
    """One open question about the API, and the answers the sandbox can give.

    The kind of value follows from the fields: ``choices`` means one of these words; otherwise the type of
    ``default`` counts (``bool``, ``int``, ``float``, or ``tuple`` for a list of words).
    """

    name: str
    default: Any
    description: str
    choices: tuple[str, ...] = ()
    minimum: float = 0

    @property
    def allowed(self) -> str:
        """The allowed values in words, for messages and for the table in the README."""
        if self.choices:
            return ", ".join(self.choices)
        if isinstance(self.default, bool):
            return "true, false"
        if isinstance(self.default, tuple):
            return "a list of words"
        kind = "an integer" if isinstance(self.default, int) else "a number"
        return f"{kind}, {self.minimum:g} or more"

    def parse(self, value: object) -> Any:
        """Return ``value`` in the type of this switch; text is understood as on the command line.

        Raises :class:`SwitchError` when the switch cannot take the value.
        """
        parsed = self._parse_or_none(value)
        if parsed is None:
            raise SwitchError(f"switch {self.name} cannot be {value!r}; allowed: {self.allowed}")
        return parsed

    def _parse_or_none(self, value: object) -> Any:
        if self.choices:
            return str(value) if str(value) in self.choices else None
        if isinstance(self.default, bool):
            return {"true": True, "false": False}.get(str(value).lower())
        if isinstance(self.default, tuple):
            return _words(value)
        return self._number(value)

    def _number(self, value: object) -> int | float | None:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        try:
            number = int(value) if isinstance(self.default, int) else float(value)
        except (ValueError, OverflowError):
            return None
        if number != float(value) or not self.minimum <= number < float("inf"):
            return None
        return number


def _words(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    if isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value):
        return tuple(value)
    return None


SWITCHES: tuple[Switch, ...] = (
    # Reading on v1
    Switch(
        "v1_read_nesting",
        "registrant",
        "Where GET /api/domain-contacts/{id} puts the contact: data.contacts.registrant, or data.contacts itself.",
        ("registrant", "flat"),
    ),
    Switch("v1_read_address2", False, "Whether v1 returns address2; no published shape shows it."),
    Switch(
        "v1_read_other_roles",
        "absent",
        "Whether v1 returns admin, tech and billing beside the registrant (nested form only).",
        ("absent", "present"),
    ),
    Switch("v1_empty_as", "empty_string", "How v1 returns an empty field.", ("empty_string", "null", "absent")),
    Switch("v1_first_page", 0, "Number of the first page of GET /api/client-domains; a lower number means that page."),
    Switch("v1_page_size_cap", 1000, "Most domains on one page of GET /api/client-domains.", minimum=1),
    Switch("v1_pagination", "present", "Whether the v1 list carries data.pagination.", ("present", "absent")),
    Switch(
        "v1_page_beyond_end",
        "empty",
        "What a page after the last one holds: nothing, or the last page again.",
        ("empty", "last"),
    ),
    Switch("v1_list_id_key", "id", "Name of the id in an entry of the v1 list.", ("id", "domainid")),
    Switch("v1_list_shows", "status", "What an entry of the v1 list holds beside id and name.", ("status", "nothing")),
    Switch(
        "v1_text_on_read",
        "as_stored",
        "How v1 returns text with &, < or >: as it is stored, or with HTML entities.",
        ("as_stored", "html_entities"),
    ),
    # Writing on v1
    Switch("v1_omitted_keys", "keep", "What a key left out of a v1 bulk write does.", ("keep", "blank")),
    Switch("v1_empty_write", "clears", "What an empty string in a v1 write does.", ("clears", "ignored")),
    Switch("v1_required_keys", "none", "Which of the eleven keys a v1 bulk write must carry.", ("none", "all")),
    Switch(
        "v1_unknown_id_answer",
        "404",
        "How a v1 bulk write answers an id that is not in the account: refuse the batch, or leave the id out.",
        ("404", "403", "400", "skipped"),
    ),
    Switch("v1_validation_status", "400", "Status of a v1 validation error.", ("400", "422")),
    Switch(
        "v1_error_codes",
        "specific",
        "Code of a v1 error: of its own (INVALID_REQUEST), or the name of its status (BAD_REQUEST).",
        ("specific", "status"),
    ),
    Switch(
        "v1_refusal_as_success_false",
        False,
        "Answer a refused v1 write with status 200 and success: false instead of an error status.",
    ),
    Switch("v1_scopes_checked", True, "Whether v1 routes ask for read:domains and write:domains."),
    Switch("v1_retired", False, "Whether v1 has come to its end: every v1 route but the jobs answers 410."),
    # Reading on v2
    Switch("v2_empty_as", "null", "How v2 returns an empty field.", ("null", "empty_string", "absent")),
    Switch("v2_default_limit", 100, "Page size of GET /api/v2/domains without limit.", minimum=1),
    Switch("v2_page_size_cap", 1000, "Most domains on one page of GET /api/v2/domains.", minimum=1),
    Switch(
        "v2_list_shows",
        "everything",
        "What an entry of the v2 list holds: also dates, tags and pin, or only the fields that its page shows.",
        ("everything", "what_is_shown"),
    ),
    Switch("v2_other_roles", "null", "What v2 returns for admin, tech and billing.", ("null", "present")),
    Switch(
        "v2_contact_nesting",
        "flat",
        "Shape of contact in a line of the bulk read: the contact itself, or an object with its role.",
        ("flat", "by_role"),
    ),
    Switch("v2_contact_type", False, "Whether a v2 contact carries type (private, organisation)."),
    Switch(
        "registration_identifier_type",
        "organisation",
        "Word for a company in registrationIdentifier.type, or no type at all.",
        ("organisation", "company", "absent"),
    ),
    Switch("read_line_order", "as_asked", "Order of the lines of the bulk read.", ("as_asked", "reversed", "shuffled")),
    Switch("read_error_shape", "object", "Shape of error in a line of the bulk read.", ("object", "string")),
    Switch("read_contact_identifier", False, "Whether the bulk read returns registrationIdentifier."),
    Switch("read_omits_ids", (), "Domains (by either id or name) for which the bulk read sends no line."),
    Switch(
        "read_contradicts",
        "no",
        "Whether the bulk read contradicts itself: a second, different line for its first domain, or another name.",
        ("no", "second_line", "other_name"),
    ),
    Switch("read_breaks_off_after", 0, "Cut the connection of a bulk read after so many lines; 0 = never."),
    Switch("read_accept_checked", False, "Whether a bulk read whose Accept excludes NDJSON is refused with 406."),
    Switch("domain_name_on_read", "a_label", "Form of an internationalised name in answers.", ("a_label", "unicode")),
    Switch(
        "name_filter_form",
        "either",
        "Form of an internationalised name that ?name= finds.",
        ("either", "a_label", "unicode"),
    ),
    # Reading, both generations
    Switch("read_leaves_out", (), "Contact fields (by their v1 names) that every read leaves out."),
    Switch("bulk_read_seconds_per_domain", 0.0, "Seconds before each line of the bulk read."),
    Switch("read_lag_seconds", 0.0, "Seconds after the end of a job before reads show what it wrote."),
    # Writing on v2
    Switch("v2_omitted_fields", "keep", "What a field left out of a v2 bulk write does.", ("keep", "blank")),
    Switch(
        "v2_empty_write", "clears", "What an empty string or null in a v2 write does.", ("clears", "ignored", "refused")
    ),
    Switch("unknown_bulk_field", "ignored", "What the v2 bulk route does with unknown fields.", ("ignored", "refused")),
    Switch(
        "update_outcome_unblocked",
        "object",
        "updateOutcome of a v2 per-domain write when nothing was blocked.",
        ("object", "null", "absent"),
    ),
    # Batches, both generations
    Switch("empty_contacts", "accepted", "What an empty contacts object in a batch does.", ("accepted", "refused")),
    Switch("duplicate_ids", "accepted", "What an id listed twice in one batch does.", ("accepted", "refused")),
    Switch("max_bulk_ids", 0, "Most ids in one batch, reads included; 0 = no limit."),
    Switch("too_many_ids_answer", "400_pointer", "How too many ids are refused.", ("400_pointer", "413")),
    Switch(
        "unknown_id_answer",
        "403",
        "How a v2 batch with an unknown or foreign id is refused; _pointer names the place in errors[].",
        ("403", "403_pointer", "404", "400_pointer"),
    ),
    Switch("unknown_domain_answer", "404", "Status of a per-domain route for an unknown id.", ("404", "403")),
    Switch(
        "locked_in_bulk",
        "refused",
        "What a batch does with a domain whose contacts cannot be edited.",
        ("refused", "ignored", "job_fails"),
    ),
    Switch(
        "contact_lock_answer",
        "409_pending_order",
        "Answer to a write on a domain whose contacts cannot be edited.",
        ("409_pending_order", "409_domain_not_eligible", "400_domain_not_eligible"),
    ),
    Switch("bulk_roles", "registrant", "Which roles a bulk write changes.", ("registrant", "all")),
    Switch(
        "bulk_submit_shape",
        "documented",
        "Answer to a bulk write: as documented, without a job id, or with a job that is already completed.",
        ("documented", "no_job_id", "completed_at_once"),
    ),
    Switch(
        "swedish_holder_fields",
        "applied",
        "How the registry treats a changed holder name on .se and .nu: written, silently left alone, or an error.",
        ("applied", "ignored", "fails"),
    ),
    Switch("write_alters", (), "Contact fields (by their v1 names) that every bulk write alters, carried or not."),
    # What the registrar makes of a value
    Switch("phone_on_read", "e164", "Spelling of phone numbers on read.", ("as_sent", "e164", "epp", "spaced")),
    Switch("postcode_on_read", "as_sent", "Spelling of postcodes on read.", ("as_sent", "compact")),
    Switch("country_on_read", "as_sent", "Case of the country code on read.", ("as_sent", "upper", "lower")),
    Switch(
        "email_domain_on_read", "as_sent", "Spelling of an e-mail's domain on read.", ("as_sent", "lower", "a_label")
    ),
    Switch(
        "text_on_store",
        "as_sent",
        "What storing does to names, company, addresses, city and state.",
        ("as_sent", "strip_accents", "uppercase", "trim_inner_spaces"),
    ),
    # Time
    Switch("latency_seconds", 0.0, "Seconds before a request is looked at, as a network and a busy server make them."),
    # Jobs
    Switch("job_seconds", 0.3, "Seconds from submitting a job to its end."),
    Switch(
        "job_result",
        "success",
        "How jobs end: completed; completed with an inner or outer success: false; failed; never; forgotten at once.",
        ("success", "inner_false", "outer_false", "failed", "never_ends", "vanishes"),
    ),
    Switch(
        "job_applies",
        "as_result",
        "Which domains a job really changes: all when it succeeds or vanishes and none else; or always so.",
        ("as_result", "all", "none", "some"),
    ),
    Switch(
        "job_result_detail",
        "minimal",
        "What the inner result of a contact job holds beside success.",
        ("minimal", "counters", "per_domain"),
    ),
    Switch(
        "job_failure_message",
        "progress_message",
        "Where a failed job puts its message.",
        ("progress_message", "result_error", "failed_reason", "absent"),
    ),
    Switch(
        "job_state_words", "bullmq", "Vocabulary of state and status.", ("bullmq", "short", "operation", "undocumented")
    ),
    Switch("job_id_prefix", "dbj_", "Prefix of the id of a v2 job.", ("dbj_", "job_")),
    Switch(
        "poll_shape",
        "v1_envelope",
        "Shape of the answer to a poll. v1_state_only drops the booleans; operation and bare concern v2 jobs only.",
        ("v1_envelope", "operation", "bare", "v1_state_only"),
    ),
    Switch("job_retention_seconds", 3600.0, "Seconds for which a finished job can still be polled."),
    Switch("job_not_found_shape", "v1_envelope", "Shape of the 404 for a v2 job id.", ("v1_envelope", "problem")),
    Switch("job_scope", "read:domains", "Scope for polling.", ("none", "read:domains", "write:domains")),
    # Access, errors and limits
    Switch("v2_accepts_x_api_key", False, "Whether v2 accepts X-API-Key beside Bearer."),
    Switch("key_works_on", "both", "Generations that accept the keys.", ("both", "v1", "v2")),
    Switch(
        "missing_scope_code",
        "forbidden",
        "Code of the 403 for a missing scope (upper case on v1).",
        ("forbidden", "insufficient_scope"),
    ),
    Switch("refuse_python_urllib", False, "Whether the User-Agent Python-urllib is refused with an HTML 403."),
    Switch(
        "problem_content_type",
        "application/problem+json",
        "Content type of v2 errors.",
        ("application/problem+json", "application/json"),
    ),
    Switch("problem_extensions", "absent", "Whether v2 errors carry extensions.", ("absent", "present")),
    Switch("rate_limit_per_second", 0, "Requests per second; 0 = no limit."),
    Switch("rate_limit_scope", "key", "Whether each key has its own limit, or all share one.", ("key", "everybody")),
    Switch("rate_limit_headers", "on_429", "Which answers carry X-RateLimit-*.", ("on_429", "always")),
    Switch("rate_limit_code", "rate_limited", "Code of a v2 429.", ("rate_limited", "rate_limit_exceeded")),
    Switch("retry_after_form", "seconds", "Form of Retry-After.", ("seconds", "http_date", "absent")),
)

_BY_NAME: Mapping[str, Switch] = {switch.name: switch for switch in SWITCHES}


class SwitchBoard:
    """The present position of every switch.

    ``start`` overrides defaults; :meth:`reset` returns to it. Raises :class:`SwitchError` on an unknown name or value.
    """

    def __init__(self, start: Mapping[str, object] | None = None) -> None:
        self._start = {switch.name: switch.default for switch in SWITCHES} | parse_settings(start or {})
        self._values = dict(self._start)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def set(self, settings: Mapping[str, object]) -> None:
        """Change some switches; when one setting is wrong, none is changed."""
        self._values.update(parse_settings(settings))

    @property
    def turned(self) -> frozenset[str]:
        """The names of the switches that are not at their defaults."""
        return frozenset(switch.name for switch in SWITCHES if self._values[switch.name] != switch.default)

    def reset(self) -> None:
        """Back to the positions the sandbox was started with."""
        self._values = dict(self._start)

    def describe(self) -> list[dict[str, object]]:
        """One row per switch: ``name``, ``value``, ``start``, ``default``, ``allowed``, ``description``."""
        return [
            {
                "name": switch.name,
                "value": self._values[switch.name],
                "start": self._start[switch.name],
                "default": switch.default,
                "allowed": switch.allowed,
                "description": switch.description,
            }
            for switch in SWITCHES
        ]


def parse_settings(settings: Mapping[str, object]) -> dict[str, Any]:
    """Check settings by name and return them in the types of their switches; raises :class:`SwitchError`."""
    return {name: find(name).parse(value) for name, value in settings.items()}


def parse_assignments(assignments: Iterable[str]) -> dict[str, Any]:
    """Settings from ``name=value`` texts, as the command line gives them; raises :class:`SwitchError`."""
    settings: dict[str, object] = {}
    for assignment in assignments:
        name, separator, value = assignment.partition("=")
        if not separator:
            raise SwitchError(f"{assignment!r} is not of the form name=value")
        settings[name.strip()] = value.strip()
    return parse_settings(settings)


def find(name: str) -> Switch:
    """The switch of that name; raises :class:`SwitchError` when there is none."""
    if name not in _BY_NAME:
        raise SwitchError(f"there is no switch {name!r}; GET /_sandbox/switches lists them")
    return _BY_NAME[name]


def markdown_table() -> str:
    """The switches as a Markdown table, for the README."""
    head = ["| switch | default | allowed | what it decides |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *map(_markdown_row, SWITCHES)]) + "\n"


def _markdown_row(switch: Switch) -> str:
    return f"| `{switch.name}` | {_default_text(switch)} | {switch.allowed} | {switch.description} |"


def _default_text(switch: Switch) -> str:
    if isinstance(switch.default, tuple):
        return "(none)"
    return str(switch.default).lower() if isinstance(switch.default, bool) else str(switch.default)

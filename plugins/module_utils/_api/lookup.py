# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Find domains by name or id in the domain list or one by one, with as few requests as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ansible_collections.hostup.cloud.plugins.module_utils._contact.domain import Domain, comparable_name
from ansible_collections.hostup.cloud.plugins.module_utils._http.errors import MissingDomains


class LastPage(list[Domain]):
    """A page of the domain list of which the API has said that no other one follows."""


def find(
    keys: Sequence[str],
    key_of: Callable[[Domain], str | None],
    read_pages: Callable[[], Iterator[list[Domain]]],
    look_up: Callable[[str], list[Domain]] | None,
    account: Sequence[Domain] | None = None,
) -> dict[str, Domain]:
    """Return the domains that have these keys, by key; unknown ones are absent.

    A page of the list holds many domains, a look-up finds one. How many pages there are is not known beforehand, so
    pages are read until as many were read as keys are left: never more than twice the cheapest way. Keys that are not
    on any page of a list that has ended are unknown, and not looked up.

    :param read_pages: yields the pages of the domain list, one request each.
    :param look_up: returns the domains of one key with one request; None where the API has no such route.
    :param account: all domains, where they are known already.
    :raises MissingDomains: when a key belongs to two domains of the account.
    """
    found: dict[str, Domain] = {}
    missing = list(dict.fromkeys(keys))
    if account is not None:
        _add_wanted(found, account, keys, key_of)
        return found
    pages, pages_read = read_pages(), 0
    while missing:
        if look_up is not None and len(missing) <= max(pages_read, 1):
            _add_wanted(found, look_up(missing[0]), missing[:1], key_of)
            missing = missing[1:]
            continue
        page = next(pages, None)
        if page is None:
            break
        pages_read += 1
        _add_wanted(found, page, keys, key_of)
        missing = [key for key in missing if key not in found]
        if isinstance(page, LastPage):
            break
    return found


def id_of(domain: Domain) -> str:
    """Return the id as a key for :func:`find`."""
    return domain.id


def name_of(domain: Domain) -> str | None:
    """Return the name as a key for :func:`find`: as A-labels in lower case."""
    return comparable_name(domain.name or "")


def _add_wanted(
    found: dict[str, Domain],
    candidates: Sequence[Domain],
    keys: Sequence[str],
    key_of: Callable[[Domain], str | None],
) -> None:
    """Add the candidates that have one of these keys.

    :raises MissingDomains: when another domain with that key was found before.
    """
    wanted = set(keys)
    for domain in candidates:
        key = key_of(domain)
        if key is None or key not in wanted:
            continue
        if key in found and found[key].id != domain.id:
            ids = f"{found[key].id} and {domain.id}"
            reason = f"the account has two domains of this name, {ids}"
            raise MissingDomains(
                f"Could not resolve {domain.name}: {reason}. List the id that you mean under domain_ids.",
                {domain.name or "": reason},
                code="ambiguous_domain",
            )
        found[key] = domain

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  domain_ids:
    description:
      - Read these domains, given by their ids, exactly as the API gives them. Numbers are ids of API v1; ids of API v2
        begin with V(dom_).
      - Without O(domain_ids) and O(domains), all domains of the account are read. An empty list is something else, it
        means none, and sends no request.
      - Ids that the account does not have are an error that lists all of them. A domain that is listed twice is an
        error, also when it is listed once by its id and once by its name.
    type: list
    elements: str
  domains:
    description:
      - Read these domains, given by their names. Internationalised names can be written in Unicode or as A-labels
        (V(xn--)).
      - They are found in the domain list of the account, or by single look-ups where that takes fewer requests.
      - Names that the account does not have are an error that lists all of them.
    type: list
    elements: str
  concurrency:
    description:
      - How many requests may be under way at once, from 1 to 32, where the API knows only one domain per request.
    type: int
    default: 8
"""

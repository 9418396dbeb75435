# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a fault strikes: the requests of each generation, as the sandbox's faults take them."""

from __future__ import annotations

PLACES = {
    "v1": {
        "list": {"method": "GET", "path": "/api/client-domains"},
        "read": {"method": "GET", "path": "/api/domain-contacts/*"},
        "write": {"method": "POST", "path": "/api/domains/bulk/contacts"},
        "poll": {"method": "GET", "path": "/api/jobs/*"},
    },
    "v2": {
        "list": {"method": "GET", "path": "/api/v2/domains"},
        "read": {"method": "POST", "path": "/api/v2/domains/bulk/contacts/read"},
        "gate": {"method": "GET", "path": "/api/v2/domains/*/contacts"},
        "write": {"method": "POST", "path": "/api/v2/domains/bulk/contacts"},
        "poll": {"method": "GET", "path": "/api/jobs/*"},
    },
}

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
requirements:
  - requests (Python library)
options:
  api_key:
    description:
      - The API key of the HostUp account. It needs the scope C(read:domains), and C(write:domains) to change
        anything.
      - White space around it is stripped, so it can be read from a file. It goes to the host of O(api_url) only.
      - If it is not set, the value of the environment variable E(HOSTUP_API_KEY) is used.
    type: str
    required: true
  api_url:
    description:
      - The address of the API. A C(/) or C(/api) at its end is accepted.
      - It must be an C(https://) address; C(http://) is accepted for loopback hosts only.
      - If it is not set, the value of the environment variable E(HOSTUP_API_BASE) is used.
    type: str
    default: https://cloud.hostup.se
  api_version:
    description:
      - The generation of the API. With V(auto), numeric ids mean V(v1); ids that begin with V(dom_), and names, mean
        V(v2).
      - If it is not set, the value of the environment variable E(HOSTUP_API_VERSION) is used.
    type: str
    choices: [auto, v1, v2]
    default: auto
  validate_certs:
    description:
      - Whether to verify the TLS certificate of the API.
    type: bool
    default: true
  ca_path:
    description:
      - A file or directory of trusted CA certificates. Without it, the environment variable E(REQUESTS_CA_BUNDLE)
        counts, and then
        the certificates that come with requests.
    type: path
  timeout:
    description:
      - How long one request may take, in seconds, from 1 to 3600, from looking up the host to the end of its answer,
        however slowly the answer comes.
      - The bulk read of API v2 is a stream with a line for each domain. There it is the time to the next line about a
        domain that was asked for; nothing else in the stream extends it, and nothing is waited for after the last.
      - A read that takes longer is sent again, see O(max_retries). An update is not; what became of it is read back.
    type: int
    default: 30
  max_retries:
    description:
      - How many times one request may be sent again, from 0 to 100. A bulk read whose answer breaks off and is asked
        for the rest is one request with all of its parts.
      - Reading is repeated after any passing trouble. An update is repeated only if the API cannot have acted, which
        is when no connection was made or when it answered that there are too many requests.
      - The pause before it is what the API asks for, at most two minutes; otherwise 1, 2, 4 seconds and so on, at most
        30, with some randomness.
      - When the API answers that there are too many requests, all requests of the task wait. Then one is tried, and if
        it is accepted, more and more are sent at once again.
      - After one read has used up its retries, further reads are tried only once, until one succeeds.
    type: int
    default: 5
"""

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: markdown_code
short_description: Show a text as it is, in Markdown
version_added: 1.0.0
author:
  - The hostup.cloud contributors (@hostup-cloud)
description:
  - Makes a code span of a text, whatever characters it has. Nothing in it is markup, a link or a mention.
  - Control, invisible and direction characters are replaced by their code points. An empty text stays empty.
positional: cell
options:
  _input:
    description: The text.
    type: str
    required: true
  cell:
    description: Whether it is for a cell of a table, where a pipe has to be escaped.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show a value that looks like a tag
  ansible.builtin.debug:
    msg: "{{ '<b>' | hostup.cloud.markdown_code }}"
"""

RETURN = r"""
_value:
  description: Markdown.
  type: str
"""

from collections.abc import Callable

from ansible_collections.hostup.cloud.plugins.module_utils._role.drift_markdown import markdown_code


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file by their names."""
        return {"markdown_code": markdown_code}

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx builds the documentation site, see tests/tools/build_docs.py."""

from __future__ import annotations

import os

project = "hostup.cloud"
copyright = "the hostup.cloud contributors"  # noqa: A001
html_title = "The Ansible collection hostup.cloud"
html_short_title = "hostup.cloud"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
pygments_style = "ansible"
highlight_language = "yaml+jinja"
default_role = "any"
nitpicky = True

html_theme = "sphinx_rtd_theme"
html_show_sphinx = False
html_copy_source = False
html_use_index = False
html_domain_indices = False

# A site that is built without a network: the few labels of Ansible's own documentation that the pages refer to are
# listed in ansible_labels.txt, from which build_docs.py makes the inventory.
intersphinx_mapping = {
    "ansible": ("https://docs.ansible.com/projects/ansible/latest/", os.environ["ANSIBLE_INVENTORY_OF_LABELS"]),
}

# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  when_current:
    description:
      - Only domains whose stored contact has these values are considered, the others are V(skipped). It takes the same
        fields as O(hostup.cloud.hostup_domain_contacts#module:contacts).
      - It is for replacing a person where she is named, in a list of domains that also holds others. The comparison is
        the same as with the declared contact, and O(accept_stored) says nothing about it.
      - V("") means that the field is empty. An empty dictionary is an error, because every domain would match it.
    type: dict
  preflight:
    description:
      - How to learn, before anything is written, which of the domains that would change can be edited. It asks nothing
        if nothing would change, and is done in check mode too.
      - V(each) asks for every domain that would change, in parallel.
      - V(list) reads the domain list, one request for each 1,000 domains of the account, and asks only for those that
        are not active or are in transfer. It takes far fewer requests, but does not see a domain that is blocked for
        another reason, such as a pending order.
      - V(none) asks nothing. A domain that cannot be edited then makes the API refuse its whole batch.
      - API v1 cannot be asked, so nothing is asked there.
    type: str
    choices: [each, list, none]
    default: each
  on_blocked:
    description:
      - What to do if domains that would change cannot be edited now, for example during a transfer. A domain that is
        as declared already is no problem.
      - V(fail) ends the run before anything is written, in check mode too.
      - V(skip) leaves them out with a warning. They are V(blocked) in the result.
    type: str
    choices: [fail, skip]
    default: fail
  material_changes:
    description:
      - What to do about changes that have legal consequences. Those are changes of C(firstname), C(lastname),
        C(companyname) and C(email); for C(.se) and C(.nu) without C(email).
      - V(warn) gives one warning for each kind of consequence, with the number of domains.
      - V(deny) ends the run before anything is written, in check mode too, and names the domains.
      - V(allow) says nothing.
      - For domains whose name is not known, as with ids of API v1, and for other top-level domains of two letters the
        rules are not known. They are treated as generic ones.
    type: str
    choices: [allow, warn, deny]
    default: warn
  holder_fields:
    description:
      - What to do about C(firstname), C(lastname) and C(companyname) below C(.se), C(.nu) and C(.test), where another
        name or organisation is another holder and the registry may ignore the update.
      - V(try) writes them as all other fields. If the registry ignores it, the task fails with V(not_applied).
      - V(leave) compares them and returns those that differ in RV(domains[].held_back), but neither writes them nor
        counts them as a change. A run every night is then neither red nor writes for ever.
      - With V(leave), a name that is not known is looked up in the domain list, and if it is not there either, the
        fields are left alone.
    type: str
    choices: [try, leave]
    default: try
    version_added: 2.0.0
  max_changed:
    description:
      - How many domains may change, from 0. If more would, the run ends before anything is written, in check mode too.
      - Domains that turn out to be V(blocked) count, because this is decided before anybody asks for them.
    type: int
  canary:
    description:
      - How many of the domains that change to update and verify first. The others follow only if all of these are
        stored as declared. V(0) updates all together.
      - Before the others are written, they are read and planned anew, and O(when_current), O(material_changes),
        O(max_changed) and O(preflight) are asked again. So what somebody else has edited in the meantime is not
        reverted.
      - It needs O(wait=true) and O(verify=true).
    type: int
    default: 0
  wait:
    description:
      - Whether to wait until the jobs of the API are over.
      - With V(false) the task ends as soon as the update is queued, and the changed domains are V(queued). Nothing is
        verified then; the result says nothing about whether the registrar accepted it.
      - Give the ids in RV(jobs) to O(pending_jobs) of a later task, which then sees its outcome.
        M(hostup.cloud.hostup_job_info) returns how far they are.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait for all jobs together, in seconds, from 1 to 86400.
      - When the time is up, the task fails with V(changed=true). The domains of unfinished jobs are V(queued).
      - Each job is polled at least once. When the time is up, the domains of jobs that are not over are read once
        more, and those that are stored as declared are V(updated) all the same.
    type: int
    default: 900
  poll_interval:
    description:
      - The longest pause between two polls of a job, in seconds, from 0.1 to 300. The first pauses
        are shorter.
    type: float
    default: 2
  pending_jobs:
    description:
      - Ids of jobs of an earlier run. The task waits until they are over, for O(wait_timeout) at most, and then
        compares. What they did is not sent again.
      - If they are not over in time, or cannot be asked for, the run ends before anything is written. A job that the
        API does not know any more counts as over.
      - Domains that still differ then are read again for up to O(verify_timeout), because a read may lag behind a job.
    type: list
    elements: str
  job_file:
    description:
      - A file for the updates of this task, on the host that runs it. Each update is in it before its request is sent,
        with its job, its domains and its progress, and leaves it when its outcome is known. The file holds no contact
        value, has the mode 0600, and is gone when nothing is under way.
      - A run that finds updates in it, because the one before was killed, waits for them first, as for
        O(pending_jobs). So an interrupted run sends no update twice.
      - Use a file for each account and for tasks that do not run at the same time.
    type: path
    version_added: 2.0.0
  verify:
    description:
      - Whether to read the changed domains again after the jobs, and to judge all of their fields. A field that is not
        stored as declared, or one that is not declared and no longer what it was, makes the task fail.
      - With V(false) the word of the job is all there is, and RV(domains[].reason) says so.
    type: bool
    default: true
  verify_timeout:
    description:
      - For how many seconds a domain is read again that still gives the values of before, from 0 to 3600. Registries
        can lag behind their jobs. With V(0) the first read decides.
    type: int
    default: 30
    version_added: 2.0.0
  batch_size:
    description:
      - How many domains go into one bulk request, from 1 to 1000.
      - When the API answers that there are too many, the batch is halved and tried again.
    type: int
    default: 100
  concurrency:
    description:
      - How many requests may be under way at once, from 1 to 32, where the API knows only one domain per request. That
        is reading contacts with API v1, to compare and to read back, and asking whether a domain can be edited
        (O(preflight)) with API v2. Updates are sent one after another.
    type: int
    default: 8
  strict:
    description:
      - Compare exactly. Without it, spellings that mean the same (such as the separators in a phone number) count as
        equal and are reported in RV(domains[].equivalent).
    type: bool
    default: false
  accept_stored:
    description:
      - Further spellings that count as equal to the declared value, as a list of texts for each declared field.
      - It is for a registry that alters what it is given. If it stores V(Malmo) for V(Malmö), every run would find a
        difference, write it again, and fail with V(not_applied). List V(Malmo) here, and the stored value is accepted.
      - A domain that stores another value, neither the declared nor an accepted one, is still updated.
      - The spellings are compared as text, also with O(strict=true).
    type: dict
  redact:
    description:
      - Leave every contact value out of the result, the diff, the warnings and the messages. Names of fields and
        statuses stay, and the values in RV(domains[].before), RV(domains[].after) and RV(domains[].stored) are null.
      - Words of the API can repeat any value in any spelling, so they are V((withheld\)); its codes and the names of
        fields stay.
      - The log of the host and RV(ignore:invocation), which Ansible may return, have the names of the declared fields
        only.
      - A value that is not accepted is only named by its field, because the explanation would quote it.
    type: bool
    default: false
  backup:
    description:
      - Whether to save the stored contacts of the domains that are about to change, before anything is written. The
        file has the mode 0600. Nothing is saved in check mode, or if nothing changes.
      - The playbook C(hostup.cloud.restore) puts the saved values back. It leaves alone what somebody else has changed
        since.
      - The registration number of the holder is not saved.
    type: bool
    default: false
  backup_path:
    description:
      - Where the backup goes, on the host that runs the task. A folder (an existing one, or a path that ends in V(/)),
        where the file gets a name with the time; or the name of a new file.
      - A missing folder is made with the mode 0700. An existing file is never replaced.
      - Without it, backups go to C(hostup-backups) in the home of the user. Set it in an execution environment, whose
        home is gone after the run.
    type: path
  save_plan:
    description:
      - A file for the plan, on the host that runs the task. It is written once all guards have passed, in check mode
        too, in one step and with the mode 0600. The path is in RV(plan_file).
      - It is JSON with the keys C(format), C(created), C(collection), C(api_url), C(api_version), C(redacted),
        C(summary) and C(changes). C(changes) has one entry for each domain that changes, in the declared order, with
        C(id), C(name), C(profile) and C(fields), which has C(before) and C(after) of each field that would be sent.
      - C(before) is null where nobody knows what is stored, which can be C(address2) with API v1.
      - With O(redact=true), each value is C(hmac-sha256:) and a digest of the field and its value under O(plan_secret).
        C(redacted) then is not false, but the digest by which another secret is recognised.
      - Only a plan is ever replaced. If there is something else, a link included, the task fails before it sends
        anything. A run that fails before its plan is made leaves no plan, and removes an older one.
      - Without O(redact=true), the file holds contact values.
    type: path
    version_added: 2.0.0
  approved_plan:
    description:
      - A file that O(save_plan) has made. Only what this plan holds is written, which is the same field of the same
        domain, with the same value stored before and the same value declared. Less than that is fine, so that a run
        which failed half-way is simply repeated with the same plan.
      - Values are the same if they are equal or, unless O(strict=true), if they mean the same by the rules of the
        comparison. In a redacted plan these are equal digests.
      - If there is anything else to write, the task fails with V(plan_changed) and writes nothing. RV(unapproved) lists
        the domains with the reasons.
      - It is asked for after all other guards, in check mode too, and again for the other domains behind a O(canary).
      - It must be of the same O(api_url) and generation of the API. An empty path is an error, so that a variable
        which is not set never means a run without approval.
    type: path
    version_added: 2.0.0
  approved_digest:
    description:
      - The RV(plan_digest) of the run whose plan was approved. With O(approved_plan), the file must have it.
      - Alone, the plan that is made now must have it, so it must be the very same plan. A run that failed half-way has
        another plan the next time, so that this needs a new approval.
      - It is for pipelines which pass a text from job to job more safely than a file. An empty text is an error.
    type: str
    version_added: 2.0.0
  plan_secret:
    description:
      - The secret for the digests in a redacted plan. The run that makes the plan and the one that is held to it need
        the same. It should be as hard to guess as an API key.
      - If it is not set, the value of the environment variable E(HOSTUP_PLAN_SECRET) is used, and else the API key.
        White space around it is stripped. An empty text is an error.
    type: str
    version_added: 2.0.0
"""

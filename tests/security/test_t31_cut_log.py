"""Threat T31: the proof of the log mended the attack: an anchor written over a fault, an emptied log that was whole."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from schools import audit
from schools.actions.audit import accept_log, has_faults
from schools.audit.anchors import read_lines
from schools.common.errors import Refused
from schools.models import AuditChain, AuditEntry, Notice
from schools.tasks import anchor_audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(world, viewer, anchors):
    """Rows in two schools' chains and the system's, anchored, then some more, anchored again."""
    for _ in range(2):
        for member in (world.a.teacher, world.b.teacher):
            with transaction.atomic():
                audit.record(by=viewer(member), verb="thing.done")
        anchor_audit()
    assert (list(audit.verify()), len(read_lines())) == ([], 3)
    return anchors


def remove(*scopes):
    chains = AuditChain.objects.filter(scope__in=scopes) if scopes else AuditChain.objects.all()
    AuditEntry.objects.filter(chain__in=chains).delete()
    chains.delete()


def places():
    return {fault.scope for fault in audit.verify()}


def add_row(world, viewer):
    with transaction.atomic():
        audit.record(by=viewer(world.a.teacher), verb="thing.done")


def cut_back(file, count):
    """Genuine lines stay, as they were written."""
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:count]))


CUTS = {
    "the system's chain": lambda w, f: remove(audit.SYSTEM),
    "a school's chain": lambda w, f: remove(w.a.unit.code),
    "the system's and a school's chain": lambda w, f: remove(audit.SYSTEM, w.a.unit.code),
    "all chains": lambda w, f: remove(),
    "the file": lambda w, f: f.unlink(),
    "what the file holds": lambda w, f: f.write_text(""),
    "its first line": lambda w, f: f.write_text("\n".join(f.read_text().splitlines()[1:]) + "\n"),
    "a line within": lambda w, f: f.write_text("\n".join(f.read_text().splitlines()[::2]) + "\n"),
    "its last line": lambda w, f: cut_back(f, 2),
    "all lines but the first": lambda w, f: cut_back(f, 1),
    "all chains and all lines but the first": lambda w, f: (remove(), cut_back(f, 1)),
    "its end": lambda w, f: f.with_name("anchors.end").unlink(),
    "all chains, all lines but the first and the end": lambda w, f: (
        remove(),
        cut_back(f, 1),
        f.with_name("anchors.end").unlink(),
    ),
    "all chains and the file": lambda w, f: (remove(), f.unlink()),
}


@pytest.mark.parametrize("name", CUTS)
def test_what_was_cut_is_a_fault_and_stays_one(name, world, viewer, log):
    CUTS[name](world, log)
    assert places()
    before = log.read_text() if log.exists() else None

    add_row(world, viewer)
    anchor_audit()  # the scheduler goes on
    assert (log.read_text() if log.exists() else None) == before
    assert places()


@pytest.mark.parametrize("name", ["all chains", "the file", "the system's chain"])
def test_healthz_and_the_auditor_are_told(name, world, log, sign_in, client):
    assert client.get("/healthz").content == b"ok\n"
    CUTS[name](world, log)
    anchor_audit()
    assert b"audit log: not whole" in client.get("/healthz").content
    assert Notice.objects.filter(kind="audit.fault").count() == 1
    anchor_audit()
    assert Notice.objects.get(kind="audit.fault").membership == world.auditor
    assert 'action="/audit/accept"' in sign_in(world.auditor).get(reverse("schools:audit_list")).content.decode()


def test_every_anchor_is_compared_not_only_the_last(world, viewer, log):
    """As the scheduler used to do: an anchor over a fault, so that the last one fits again."""
    from schools.audit import anchors

    entry = AuditEntry.objects.get(chain__scope=world.b.unit.code, number=1)
    AuditEntry.objects.filter(pk=entry.pk).update(digest="0" * 64)
    anchors.append(anchors.heads_now() | {"later": [0, ""]})
    assert audit.Fault(world.b.unit.code, 1, "set back") in audit.verify()


def test_a_scheduler_that_is_killed_before_it_keeps_the_end_does_no_harm(world, viewer, log):
    end = log.with_name("anchors.end")
    before = end.read_text()
    add_row(world, viewer)
    anchor_audit()
    assert before != end.read_text()
    end.write_text(before)
    add_row(world, viewer)
    anchor_audit()
    assert (list(audit.verify()), len(read_lines())) == ([], 5)


@pytest.mark.parametrize("look", [audit.verify, audit.glance])
def test_an_anchor_written_while_somebody_looks_is_no_fault(look, world, viewer, log, monkeypatch):
    """The scheduler adds a line right before or right after each file is read."""
    from schools.audit import anchors

    add_row(world, viewer)
    read = {name: getattr(anchors, name) for name in ("read_end", "read_lines", "tail")}

    def grows_around(name):
        def reading(*args):
            grow()
            found = read[name](*args)
            grow()
            return found

        return reading

    def grow():
        with monkeypatch.context() as undisturbed:
            for name, function in read.items():
                undisturbed.setattr(anchors, name, function)
            add_row(world, viewer)
            anchors.append(anchors.heads_now())

    before = len(read_lines())
    for name in read:
        monkeypatch.setattr(anchors, name, grows_around(name))
    assert list(look()) == []
    assert len(read_lines()) > before + 3


def test_an_end_of_ones_own_making_is_a_fault(log):
    end, lines = log.with_name("anchors.end"), read_lines()
    end.write_text(f'{lines[0].seal} {{"last": "{lines[0].seal}"}}\n')
    assert places() == {"end of anchors"}


def test_a_copy_of_the_file_elsewhere_shows_what_this_machine_cannot(world, log, tmp_path):
    """File, end and database are all set back to what they once were, by somebody who had kept all of it."""
    from schools.audit import anchors

    elsewhere = tmp_path / "elsewhere.jsonl"
    elsewhere.write_bytes(log.read_bytes())
    assert list(audit.verify(elsewhere)) == []
    remove()
    cut_back(log, 1)
    anchors._keep_end(read_lines()[0])  # stands for an end of that day
    with transaction.atomic():
        audit.record(by=None, verb="thing.done")
    assert list(audit.verify()) == []
    assert {fault.what for fault in audit.verify(elsewhere)} == {"set back"}
    told = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_audit", anchors=elsewhere, stdout=told)
    assert "set back" in told.getvalue()


def test_a_file_of_an_earlier_release_gets_its_end_once(log):
    from schools.audit.anchors import begin_end, end_path

    before = end_path().read_text()
    end_path().unlink()
    begin_end()
    assert (end_path().read_text(), list(audit.verify())) == (before, [])
    cut_back(log, 1)
    begin_end()
    assert places() == {"anchors"}


def test_a_log_that_did_not_grow_needs_no_anchor(log):
    before = log.read_text()
    anchor_audit()
    assert log.read_text() == before


def test_after_a_restore_an_auditor_accepts_the_new_beginning(
    world, viewer, log, sign_in, django_capture_on_commit_callbacks
):
    mark = transaction.savepoint()
    add_row(world, viewer)
    anchor_audit()
    transaction.savepoint_rollback(mark)  # the copy of a moment ago
    assert has_faults()
    client, url = sign_in(world.auditor), reverse("schools:audit_accept")

    client.post(url, {"reason": " "})
    assert (has_faults(), AuditEntry.objects.filter(verb="audit.accepted").exists()) == (True, False)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"reason": "copy of 18 March restored"})

    entry = AuditEntry.objects.get(verb="audit.accepted")
    assert (entry.person, entry.chain.scope) == (world.auditor.person, audit.SYSTEM)
    assert entry.details == {"why": "copy of 18 March restored"}
    assert (list(audit.verify()), has_faults()) == ([], False)
    assert len(list(log.parent.glob("anchors.jsonl.until-*"))) == 1
    assert "copy of 18 March restored" in client.get(reverse("schools:audit_list")).content.decode()


def test_only_an_auditor_accepts_and_only_where_something_is_wrong(world, viewer, log):
    for member in (world.admin, world.a.leader, world.auditor):
        with pytest.raises(Refused):
            accept_log(by=viewer(member), reason="nothing is wrong")
    log.unlink()
    with pytest.raises(Refused):
        accept_log(by=viewer(world.admin), reason="mine")
    assert not AuditEntry.objects.filter(verb="audit.accepted").exists()

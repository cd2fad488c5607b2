"""What kazoo (Debian's python3-kazoo) does with an ensemble: `kazoo_client.py HOSTS CLAIM`. Exit code 0 if the claim holds."""

import sys
import threading

from kazoo.exceptions import (
    AuthFailedError,
    BadVersionError,
    NoAuthError,
    NodeExistsError,
    NoNodeError,
    NotEmptyError,
    RolledBackError,
    RuntimeInconsistency,
)
from kazoo.retry import KazooRetry
from kazoo.security import make_digest_acl, make_digest_acl_credential
from kazoo_support import PATIENCE, client, pause, raises, run_claim


def znodes():
    zk = client()
    assert zk.create("/kazoo", b"one") == "/kazoo"
    data, stat = zk.get("/kazoo")
    assert (data, stat.version, stat.numChildren) == (b"one", 0, 0)
    assert stat.czxid == stat.mzxid == stat.pzxid
    assert zk.set("/kazoo", b"two").version == 1
    raises(BadVersionError, zk.set, "/kazoo", b"three", version=0)
    raises(NodeExistsError, zk.create, "/kazoo")
    zk.ensure_path("/kazoo/deep/path")
    assert zk.get_children("/kazoo") == ["deep"]
    names, stat = zk.get_children("/kazoo", include_data=True)
    assert (names, stat.cversion) == (["deep"], 1)
    raises(NotEmptyError, zk.delete, "/kazoo")
    zk.delete("/kazoo", recursive=True)
    assert zk.exists("/kazoo") is None
    raises(NoNodeError, zk.get, "/kazoo")
    zk.stop()


def ephemerals():
    owner, other = client(), client()
    owner.ensure_path("/kazoo-members")
    first = owner.create("/kazoo-members/m-", b"", ephemeral=True, sequence=True)
    second = owner.create("/kazoo-members/m-", b"", ephemeral=True, sequence=True)
    assert (first, second) == ("/kazoo-members/m-0000000000", "/kazoo-members/m-0000000001")
    other.sync("/")
    assert other.exists(first).owner_session_id == owner.client_id[0]
    owner.stop()
    other.sync("/")
    assert other.get_children("/kazoo-members") == []
    other.stop()


def watches():
    watcher, writer = client(), client()
    seen, fired = [], threading.Event()

    def on_event(event):
        seen.append((event.type, event.path))
        fired.set()

    def expect(event):
        assert fired.wait(PATIENCE), "no event"
        fired.clear()
        assert seen.pop() == event and not seen

    assert watcher.exists("/kazoo-watched", watch=on_event) is None
    writer.create("/kazoo-watched", b"one")
    expect(("CREATED", "/kazoo-watched"))
    watcher.sync("/")
    watcher.get("/kazoo-watched", watch=on_event)
    writer.set("/kazoo-watched", b"two")
    expect(("CHANGED", "/kazoo-watched"))
    watcher.get_children("/kazoo-watched", watch=on_event)
    writer.create("/kazoo-watched/child")
    expect(("CHILD", "/kazoo-watched"))
    writer.delete("/kazoo-watched", recursive=True)
    writer.stop()
    watcher.stop()


def data_watch():
    watcher, writer = client(), client()
    writer.create("/kazoo-data", b"0")
    last, done = [], threading.Event()

    @watcher.DataWatch("/kazoo-data")
    def on_data(data, stat):
        last.append(data)
        if data == b"50":
            done.set()

    for number in range(1, 51):
        writer.set("/kazoo-data", b"%d" % number)
    assert done.wait(PATIENCE), last
    assert last == sorted(last, key=int), "states went back in time"
    writer.stop()
    watcher.stop()


def transaction():
    zk = client()
    good = zk.transaction()
    good.create("/kazoo-transaction", b"x")
    good.create("/kazoo-transaction/child", b"y")
    good.set_data("/kazoo-transaction", b"z")
    good.check("/kazoo-transaction", 1)
    results = good.commit()
    assert results[:2] == ["/kazoo-transaction", "/kazoo-transaction/child"], results
    assert results[2].version == 1 and results[3] is True, results
    bad = zk.transaction()
    bad.set_data("/kazoo-transaction", b"lost")
    bad.delete("/kazoo-transaction/nowhere")
    bad.create("/kazoo-transaction/never")
    kinds = [type(result) for result in bad.commit()]
    assert kinds == [RolledBackError, NoNodeError, RuntimeInconsistency], kinds
    assert zk.get("/kazoo-transaction")[0] == b"z"
    assert zk.exists("/kazoo-transaction/never") is None
    zk.stop()


def auth():
    """What a digest guards is open to its user, over the leader's death too, and to nobody else."""
    owner, stranger = client(), client()
    owner.add_auth("digest", "user:pass")
    owner.create("/kazoo-guarded", b"x", acl=[make_digest_acl("user", "pass", all=True)])
    stranger.sync("/")
    raises(NoAuthError, stranger.get, "/kazoo-guarded")
    acls, _ = owner.get_acls("/kazoo-guarded")
    assert [acl.id.id for acl in acls] == [make_digest_acl_credential("user", "pass")]
    pause("working")
    owner.retry(owner.set, "/kazoo-guarded", b"y")
    raises(NoAuthError, stranger.retry, stranger.set, "/kazoo-guarded", b"z")
    owner.set_acls("/kazoo-guarded", [make_digest_acl("other", "pass", read=True)])
    raises(NoAuthError, owner.set, "/kazoo-guarded", b"z")
    raises(AuthFailedError, stranger.add_auth, "nonsense", "x")
    owner.stop()
    stranger.stop()


def survives():
    """Writes until its input ends; tells the states that the session went through."""
    zk = client()
    states = []
    zk.add_listener(states.append)
    retry = KazooRetry(max_tries=-1, max_delay=1)
    zk.create("/kazoo-survivor", b"", ephemeral=True)
    zk.create("/kazoo-counter", b"0")
    stopped = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
    print("writing", flush=True)
    count = 0
    while not stopped.is_set():
        count += 1
        retry(zk.set, "/kazoo-counter", b"%d" % count)
    assert zk.get("/kazoo-counter")[0] == b"%d" % count
    assert zk.exists("/kazoo-survivor").owner_session_id == zk.client_id[0]
    assert "LOST" not in states, states
    print("wrote %d" % count)
    zk.stop()


run_claim(globals())

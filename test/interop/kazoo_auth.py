"""How kazoo proves who it is: `kazoo_auth.py HOSTS CLAIM [DIRECTORY]`, the directory with client.key, client.crt and ca.crt."""

import sys

from kazoo.client import KazooClient
from kazoo.exceptions import AuthFailedError, NoAuthError
from kazoo.protocol.states import KazooState
from kazoo.security import CREATOR_ALL_ACL, make_digest_acl

from kazoo_support import HOSTS, PATIENCE, client, eventually, raises, run_claim, stop

DIRECTORY = sys.argv[3] if len(sys.argv) > 3 else "."


def started(hosts=HOSTS, **options):
    zk = KazooClient(hosts=hosts, timeout=10, **options)
    zk.start(timeout=PATIENCE)
    return zk


def digest():
    owner, other = client(), client()
    owner.add_auth("digest", "anna:secret")
    owner.create("/kazoo-own", b"x", acl=CREATOR_ALL_ACL)
    acl, _ = owner.get_acls("/kazoo-own")
    assert acl == [make_digest_acl("anna", "secret", all=True)], acl
    other.sync("/kazoo-own")
    raises(NoAuthError, other.get, "/kazoo-own")
    other.add_auth("digest", "anna:wrong")
    raises(NoAuthError, other.get, "/kazoo-own")
    other.add_auth("digest", "anna:secret")
    assert other.get("/kazoo-own")[0] == b"x"
    third = started(auth_data=[("digest", "anna:secret")])
    third.set("/kazoo-own", b"y")
    raises(AuthFailedError, third.add_auth, "nobody-knows", "x")
    stop(owner, other, third)


def sasl():
    zk = started(sasl_options={"mechanism": "DIGEST-MD5", "username": "bob", "password": "bobs secret"})
    zk.create("/kazoo-sasl", b"x", acl=CREATOR_ALL_ACL)
    acl, _ = zk.get_acls("/kazoo-sasl")
    assert [(each.id.scheme, each.id.id) for each in acl] == [("sasl", "bob")], acl
    other = client()
    other.sync("/kazoo-sasl")
    raises(NoAuthError, other.get, "/kazoo-sasl")
    stop(zk, other)


def sasl_refused():
    wrong = KazooClient(
        hosts=HOSTS, timeout=10, sasl_options={"mechanism": "DIGEST-MD5", "username": "bob", "password": "guess"}
    )
    states = []
    wrong.add_listener(states.append)
    wrong.start(timeout=PATIENCE)
    eventually(lambda: KazooState.LOST in states)
    wrong.stop()


def certificate():
    files = {"keyfile": "/client.key", "certfile": "/client.crt", "ca": "/ca.crt"}
    zk = started(use_ssl=True, **{name: DIRECTORY + path for name, path in files.items()})
    zk.create("/kazoo-tls", b"x", acl=CREATOR_ALL_ACL)
    acl, _ = zk.get_acls("/kazoo-tls")
    assert [(each.id.scheme, each.id.id) for each in acl] == [("x509", "CN=client,O=example")], acl
    stop(zk)


run_claim(globals())

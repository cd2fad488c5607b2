"""What the claims of kazoo_client.py and kazoo_recipes.py share: `SCRIPT HOSTS CLAIM` runs one. Exit code 0 if it holds."""

import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.retry import KazooRetry

HOSTS = sys.argv[1]
PATIENCE = 30


def client():
    made = KazooClient(hosts=HOSTS, timeout=10, connection_retry=KazooRetry(max_tries=-1))
    made.start(timeout=PATIENCE)
    return made


def clients(count):
    return [client() for _ in range(count)]


def stop(*stopping):
    for zk in stopping:
        zk.stop()
        zk.close()


def raises(error, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except error:
        return
    raise AssertionError("expected %s" % error.__name__)


def eventually(predicate):
    """Waits until the predicate gives something true, and returns that."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value = predicate()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("did not hold in time")


def together(*bodies):
    """Runs each body in a thread of its own, and fails if one of them fails or does not end."""
    failures = []

    def run(body):
        try:
            body()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(body,), daemon=True) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE * 2)
        assert not thread.is_alive(), "a body does not end"
    if failures:
        raise failures[0]


def pause(word):
    """Says a word to whoever started this, and waits for a line."""
    print(word, flush=True)
    sys.stdin.readline()


class Room:
    """Notes who is inside, and fails when there are more than may be."""

    def __init__(self, most):
        self.most = most
        self.entered = []
        self.peak = 0
        self._inside = set()
        self._guard = threading.Lock()

    def enter(self, who):
        with self._guard:
            self._inside.add(who)
            self.entered.append(who)
            self.peak = max(self.peak, len(self._inside))
            assert len(self._inside) <= self.most, self._inside

    def leave(self, who):
        with self._guard:
            self._inside.remove(who)


def run_claim(claims):
    claims[sys.argv[2]]()

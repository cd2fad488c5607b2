"""kazoo's recipes (Debian's python3-kazoo) over an ensemble: `kazoo_recipes.py HOSTS CLAIM`. Exit code 0 if the claim holds."""

import threading

from kazoo.recipe.cache import TreeCache, TreeEvent
from kazoo.recipe.watchers import PatientChildrenWatch
from kazoo_support import PATIENCE, Room, clients, eventually, pause, run_claim, stop, together


def lock():
    """Four contenders, while the leader dies: one inside at a time, all of them in the end."""
    contenders = clients(4)
    room = Room(1)
    killed = threading.Event()

    def work(zk, name):
        rounds = 0
        while rounds < 5 or not killed.is_set():
            rounds += 1
            with zk.Lock("/lock", name):
                room.enter(name)
                zk.sync("/")
                room.leave(name)

    def tell():
        eventually(lambda: len(room.entered) >= 4)
        pause("working")
        killed.set()

    together(tell, *[lambda zk=zk, name=str(index): work(zk, name) for index, zk in enumerate(contenders)])
    assert set(room.entered) == {"0", "1", "2", "3"}
    contenders[0].sync("/")
    assert contenders[0].Lock("/lock").contenders() == []
    stop(*contenders)


def lock_held():
    """Who holds a lock holds it over the leader's death; the next in line gets it afterwards, and not before."""
    holder, waiter = clients(2)
    held = holder.Lock("/held", "holder")
    assert held.acquire(timeout=PATIENCE)
    waiting = waiter.Lock("/held", "waiter")
    got = threading.Event()
    thread = threading.Thread(target=lambda: waiting.acquire() and got.set(), daemon=True)
    thread.start()
    eventually(lambda: held.contenders() == ["holder", "waiter"])
    pause("working")
    holder.retry(holder.sync, "/")
    assert holder.retry(held.contenders) == ["holder", "waiter"]
    assert not got.is_set() and held.is_acquired
    assert not holder.Lock("/held", "third").acquire(blocking=False)
    held.release()
    assert got.wait(PATIENCE)
    waiting.release()
    stop(holder, waiter)


def read_write_locks():
    readers, writers = clients(3), clients(2)
    reading, writing = Room(3), Room(1)
    all_read = threading.Barrier(3, timeout=PATIENCE)

    def read(zk, name):
        with zk.ReadLock("/rw", name):
            reading.enter(name)
            all_read.wait()
            reading.leave(name)

    together(*[lambda zk=zk, name="r%d" % index: read(zk, name) for index, zk in enumerate(readers)])
    assert reading.peak == 3

    def write(zk, name):
        for _ in range(3):
            with zk.WriteLock("/rw", name):
                writing.enter(name)
                assert not readers[0].ReadLock("/rw", "too early").acquire(blocking=False)
                writing.leave(name)

    together(*[lambda zk=zk, name="w%d" % index: write(zk, name) for index, zk in enumerate(writers)])
    assert len(writing.entered) == 6
    stop(*readers, *writers)


def election():
    """Three candidates, while the leader of the ensemble dies: one leads at a time, each once."""
    candidates = clients(3)
    room = Room(1)
    resigned = threading.Event()

    def lead(name):
        room.enter(name)
        if len(room.entered) == 1:
            pause("working")
        resigned.wait(0.1)
        room.leave(name)

    together(*[
        lambda zk=zk, name="c%d" % index: zk.Election("/election", name).run(lead, name)
        for index, zk in enumerate(candidates)
    ])
    assert sorted(room.entered) == ["c0", "c1", "c2"], room.entered
    stop(*candidates)


def semaphore():
    users = clients(4)
    room = Room(2)
    pair = threading.Barrier(2, timeout=PATIENCE)

    def work(zk, name):
        with zk.Semaphore("/semaphore", name, max_leases=2):
            room.enter(name)
            pair.wait()
            room.leave(name)

    together(*[lambda zk=zk, name=str(index): work(zk, name) for index, zk in enumerate(users)])
    assert (len(room.entered), room.peak) == (4, 2)
    stop(*users)


def barriers():
    keeper, *waiters = clients(3)
    barrier = keeper.Barrier("/barrier")
    barrier.create()
    for zk in waiters:
        zk.sync("/")
    assert not waiters[0].Barrier("/barrier").wait(timeout=0.1)
    passed = []

    def wait(zk):
        assert zk.Barrier("/barrier").wait(timeout=PATIENCE)
        passed.append(zk)

    together(lambda: barrier.remove(), *[lambda zk=zk: wait(zk) for zk in waiters])
    assert len(passed) == 2
    inside = Room(3)

    def meet(zk, name):
        double = zk.DoubleBarrier("/double", 3, name)
        double.enter()
        inside.enter(name)
        eventually(lambda: len(inside.entered) == 3)
        double.leave()
        inside.leave(name)

    together(*[lambda zk=zk, name=str(index): meet(zk, name) for index, zk in enumerate([keeper, *waiters])])
    assert inside.peak == 3
    stop(keeper, *waiters)


def queues():
    producer, consumer = clients(2)
    queue = producer.Queue("/queue")
    for number in range(20):
        queue.put(b"%d" % number, priority=100 if number % 2 else 50)
    consumer.sync("/")
    taken = [consumer.Queue("/queue").get() for _ in range(20)]
    expected = [b"%d" % number for number in [*range(0, 20, 2), *range(1, 20, 2)]]
    assert taken == expected, taken
    assert consumer.Queue("/queue").get() is None

    locking = producer.LockingQueue("/locking")
    locking.put_all([b"a", b"b", b"c"])
    got, guard = [], threading.Lock()

    def consume(zk):
        mine = zk.LockingQueue("/locking")
        while len(got) < 3:
            value = mine.get(timeout=1)
            if value is not None:
                assert mine.holds_lock()
                with guard:
                    got.append(value)
                assert mine.consume()

    together(lambda: consume(producer), lambda: consume(consumer))
    assert sorted(got) == [b"a", b"b", b"c"], got
    stop(producer, consumer)


def watchers():
    watcher, writer = clients(2)
    writer.ensure_path("/watchers")
    children, states = [], []

    @watcher.ChildrenWatch("/watchers", send_event=True)
    def on_children(names, event):
        children.append(sorted(names))

    @watcher.DataWatch("/watchers/5")
    def on_data(data, stat, event):
        states.append((data, event and event.type))

    for number in range(10):
        writer.create("/watchers/%d" % number, b"new")
    eventually(lambda: children[-1] == [str(number) for number in range(10)])
    assert children == sorted(children, key=len), "children went back in time"
    writer.set("/watchers/5", b"changed")
    eventually(lambda: states[-1] == (b"changed", "CHANGED"))
    writer.delete("/watchers/5")
    eventually(lambda: states[-1] == (None, "DELETED"))
    assert states == [
        (None, None),
        (b"new", "CREATED"),
        (b"changed", "CHANGED"),
        (None, "DELETED"),
    ], states
    quiet = PatientChildrenWatch(watcher, "/watchers", time_boundary=0.2).start()
    names, _ = quiet.get(timeout=PATIENCE)
    assert len(names) == 9
    stop(watcher, writer)


def tree_cache():
    watcher, writer = clients(2)
    events, initialised = [], threading.Event()

    def on_event(event):
        if event.event_type == TreeEvent.INITIALIZED:
            initialised.set()
        elif event.event_data is not None:
            events.append((event.event_type, event.event_data.path))

    writer.ensure_path("/cache/before")
    watcher.sync("/")
    cache = TreeCache(watcher, "/cache")
    cache.listen(on_event)
    cache.start()
    assert initialised.wait(PATIENCE)
    writer.create("/cache/a", b"1")
    writer.create("/cache/a/b", b"2")
    eventually(lambda: cache.get_data("/cache/a/b") is not None)
    writer.set("/cache/a/b", b"3")
    eventually(lambda: cache.get_data("/cache/a/b").data == b"3")
    assert cache.get_children("/cache") == {"before", "a"}
    writer.delete("/cache/a", recursive=True)
    eventually(lambda: cache.get_data("/cache/a") is None)
    assert (TreeEvent.NODE_REMOVED, "/cache/a/b") in events, events
    cache.close()
    stop(watcher, writer)


def counters():
    counting = clients(3)
    together(*[lambda zk=zk: [zk.Counter("/counter").__add__(1) for _ in range(20)] for zk in counting])
    counting[0].sync("/")
    assert counting[0].Counter("/counter").value == 60
    stop(*counting)


def parties():
    members = clients(3)
    deep = [zk.Party("/party", "p%d" % index) for index, zk in enumerate(members)]
    shallow = [zk.ShallowParty("/shallow", "s%d" % index) for index, zk in enumerate(members)]
    for party in [*deep, *shallow]:
        party.join()
    members[0].sync("/")
    assert sorted(deep[0]) == ["p0", "p1", "p2"] and len(deep[0]) == 3
    assert sorted(shallow[0]) == ["s0", "s1", "s2"]
    deep[1].leave()
    stop(members[2])
    members[0].sync("/")
    assert sorted(deep[0]) == ["p0"], list(deep[0])
    assert sorted(shallow[0]) == ["s0", "s1"], list(shallow[0])
    stop(*members[:2])


def partitioner():
    workers = clients(3)
    work = tuple(range(7))
    shares, done = {}, threading.Event()

    def take(zk, name):
        party = zk.SetPartitioner("/partitioner", set=work, identifier=name, time_boundary=0.5)
        while not done.is_set():
            if party.acquired:
                shares[name] = sorted(party)
                if len(shares) == 3 and sorted(sum(shares.values(), [])) == list(work):
                    done.set()
                done.wait(0.02)
            elif party.release:
                shares.pop(name, None)
                party.release_set()
            elif party.failed:
                raise AssertionError("partitioning failed")
            else:
                party.wait_for_acquire(timeout=1)
        party.finish()

    together(*[lambda zk=zk, name="w%d" % index: take(zk, name) for index, zk in enumerate(workers)])
    assert all(len(share) in (2, 3) for share in shares.values()), shares
    stop(*workers)


def watches_survive():
    """Data and children watches over the leader's death: the last state is seen, and nothing goes back in time."""
    watcher, writer = clients(2)
    writer.create("/surviving", b"0")
    watcher.sync("/")
    seen, names = [], []
    watcher.DataWatch("/surviving")(lambda data, stat: seen.append(int(data)))
    watcher.ChildrenWatch("/surviving")(lambda children: names.append(len(children)))
    killed = threading.Event()

    def write():
        number = 0
        while number < 20 or not killed.is_set():
            number += 1
            writer.retry(writer.set, "/surviving", b"%d" % number)
            writer.retry(writer.ensure_path, "/surviving/%d" % number)
        eventually(lambda: seen[-1] == number and names[-1] == number)

    def tell():
        eventually(lambda: len(seen) > 3)
        pause("working")
        killed.set()

    together(write, tell)
    assert seen == sorted(seen) and names == sorted(names)
    stop(watcher, writer)


run_claim(globals())

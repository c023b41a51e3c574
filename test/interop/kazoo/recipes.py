"""kazoo's recipes between clients of different servers."""
import threading
import time

from harness import check, connect, equal, eventually, in_threads, main, server


@check
def lock(path):
    """Lock: one holder at a time, whoever waits gets it next"""
    clients = [connect(server(i)) for i in range(3)]
    inside, most, order = [], [0], []
    guard = threading.Lock()

    def worker(client, name):
        for _ in range(5):
            with client.Lock(path, name):
                with guard:
                    inside.append(name)
                    most[0] = max(most[0], len(inside))
                    order.append(name)
                time.sleep(0.005)
                with guard:
                    inside.remove(name)

    in_threads(*(lambda c=client, n='w%d' % i: worker(c, n) for i, client in enumerate(clients)))
    equal((most[0], len(order)), (1, 15))


@check
def lock_of_the_dead(path):
    """a lock is free again when its holder's session ends"""
    holder, waiter = connect(server(0)), connect(server(1))
    assert holder.Lock(path, 'holder').acquire()
    waiting = waiter.Lock(path, 'waiter')
    assert not waiting.acquire(blocking=False)
    threading.Timer(0.2, holder.stop).start()
    assert waiting.acquire(timeout=15)


@check
def read_write_lock(path):
    """readers share, a writer waits for them"""
    first, second, third = (connect(server(i)) for i in range(3))
    one, two = first.ReadLock(path), second.ReadLock(path)
    assert one.acquire(timeout=10) and two.acquire(timeout=10)
    writer = third.WriteLock(path)
    assert not writer.acquire(blocking=False)
    one.release()
    two.release()
    assert writer.acquire(timeout=10)


@check
def semaphore(path):
    """Semaphore: as many holders as there are leases"""
    clients = [connect(server(i)) for i in range(3)]
    held = [client.Semaphore(path, max_leases=2) for client in clients]
    assert held[0].acquire(timeout=10) and held[1].acquire(timeout=10)
    assert not held[2].acquire(blocking=False)
    held[0].release()
    assert held[2].acquire(timeout=10)


@check
def election(path):
    """Election: one leader at a time, each candidate in turn"""
    clients = [connect(server(i)) for i in range(3)]
    led, leading = [], []

    def lead(name):
        leading.append(name)
        equal(leading, [name])
        time.sleep(0.02)
        leading.remove(name)
        led.append(name)

    candidates = [client.Election(path, 'c%d' % i) for i, client in enumerate(clients)]
    in_threads(*(lambda c=candidate, n='c%d' % i: c.run(lead, n) for i, candidate in enumerate(candidates)))
    equal(sorted(led), ['c0', 'c1', 'c2'])


@check
def queue(path):
    """Queue: every item once, in order, by priority"""
    producer, consumer = connect(server(0)).Queue(path), connect(server(1)).Queue(path)
    for i in range(10):
        producer.put(b'%d' % i)
    producer.put(b'first', priority=1)
    consumer.client.sync(path)
    equal([consumer.get() for _ in range(11)], [b'first'] + [b'%d' % i for i in range(10)])
    equal(consumer.get(), None)


@check
def locking_queue(path):
    """LockingQueue: an item that is held is given to nobody else, and is gone when consumed"""
    first, second = connect(server(0)).LockingQueue(path), connect(server(2)).LockingQueue(path)
    first.put_all([b'a', b'b'])
    second.client.sync(path)
    taken = {first.get(timeout=10), second.get(timeout=10)}
    equal(taken, {b'a', b'b'})
    assert first.consume() and second.consume()
    second.client.sync(path)
    equal(len(second), 0)


@check
def barrier(path):
    """Barrier: everyone waits until it is removed"""
    keeper, guest = connect(server(0)), connect(server(1))
    keeper.Barrier(path).create()
    guest.sync(path)
    assert not guest.Barrier(path).wait(timeout=0.2)
    threading.Timer(0.2, keeper.Barrier(path).remove).start()
    assert guest.Barrier(path).wait(timeout=15)


@check
def double_barrier(path):
    """DoubleBarrier: all enter together and leave together"""
    clients = [connect(server(i)) for i in range(3)]
    events, guard = [], threading.Lock()

    def member(client, delay):
        mine = client.DoubleBarrier(path, 3)
        time.sleep(delay)
        with guard:
            events.append('arrive')
        mine.enter()
        with guard:
            events.append('in')
        time.sleep(delay)
        with guard:
            events.append('done')
        mine.leave()
        with guard:
            events.append('out')

    in_threads(*(lambda c=client, d=0.1 * i: member(c, d) for i, client in enumerate(clients)))
    equal(events[:3], ['arrive'] * 3)
    equal(events[-3:], ['out'] * 3)


@check
def counter(path):
    """Counter: concurrent additions all count"""
    clients = [connect(server(i)) for i in range(3)]

    def add(client):
        mine = client.Counter(path)
        for _ in range(10):
            mine += 2

    in_threads(*(lambda c=client: add(c) for client in clients))
    clients[0].sync(path)
    equal(clients[0].Counter(path).value, 60)


@check
def party(path):
    """Party: who joined and is alive"""
    first, second = connect(server(0)), connect(server(1))
    one, two = first.Party(path, 'one'), second.Party(path, 'two')
    one.join()
    two.join()
    first.sync(path)
    equal(sorted(one), ['one', 'two'])
    second.stop()
    eventually('the second has left', lambda: list(one) == ['one'])


main()

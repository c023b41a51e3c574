"""Watches: one-shot, in order, before the change can be seen; and kazoo's recipes on top of them."""
import threading

from kazoo.protocol.states import EventType

from harness import check, connect, equal, eventually, main, server


class Recorder:
    def __init__(self):
        self.events = []

    def __call__(self, event):
        self.events.append((event.type, event.path))


@check
def data_watch(path):
    """a data watch fires once, when the data changes on any server"""
    watcher, writer = connect(server(0)), connect(server(1))
    writer.create(path, b'0')
    watcher.sync(path)
    seen = Recorder()
    watcher.get(path, watch=seen)
    writer.set(path, b'1')
    writer.set(path, b'2')
    eventually('an event', lambda: seen.events)
    watcher.sync(path)
    equal(seen.events, [(EventType.CHANGED, path)])
    equal(watcher.get(path)[0], b'2')


@check
def exists_watch(path):
    """a watch on what does not exist fires when it is created, then when it goes"""
    watcher, writer = connect(server(0)), connect(server(2))
    seen = Recorder()
    equal(watcher.exists(path, watch=seen), None)
    writer.create(path)
    eventually('created', lambda: len(seen.events) == 1)
    assert watcher.exists(path, watch=seen) is not None
    writer.delete(path)
    eventually('deleted', lambda: len(seen.events) == 2)
    equal(seen.events, [(EventType.CREATED, path), (EventType.DELETED, path)])


@check
def child_watch(path):
    """a child watch fires for created and deleted children, not for their data"""
    watcher, writer = connect(server(1)), connect(server(0))
    writer.create(path + '/a', makepath=True)
    watcher.sync(path)
    seen = Recorder()
    equal(watcher.get_children(path, watch=seen), ['a'])
    writer.set(path + '/a', b'x')
    writer.create(path + '/b')
    eventually('created', lambda: len(seen.events) == 1)
    equal(sorted(watcher.get_children(path, watch=seen)), ['a', 'b'])
    writer.delete(path + '/a')
    eventually('deleted', lambda: len(seen.events) == 2)
    equal(seen.events, [(EventType.CHILD, path)] * 2)


@check
def event_before_data(path):
    """a client sees the event before it can see the change"""
    watcher, writer = connect(server(0)), connect(server(1))
    writer.create(path, b'0')
    watcher.sync(path)
    for round_number in range(1, 30):
        fired = threading.Event()
        watcher.get(path, watch=lambda event: fired.set())
        writer.set(path, b'%d' % round_number)
        # The callback runs in another thread of the client; the connection's own thread queued it before the reply.
        eventually('the new data', lambda: watcher.get(path)[0] == b'%d' % round_number)
        assert fired.wait(5), 'the data changed without an event'


@check
def many_watches_in_order(path):
    """events of one client come in the order of the changes"""
    watcher, writer = connect(server(2)), connect(server(0))
    writer.create(path)
    names = ['%s/n%02d' % (path, i) for i in range(30)]
    seen = Recorder()
    watcher.sync(path)
    for name in names:
        watcher.exists(name, watch=seen)
    for name in reversed(names):
        writer.create(name)
    eventually('all events', lambda: len(seen.events) == len(names))
    equal([name for _, name in seen.events], list(reversed(names)))


@check
def recipe_data_watch(path):
    """DataWatch sees the first and the last state"""
    watcher, writer = connect(server(0)), connect(server(1))
    seen = []

    @watcher.DataWatch(path)
    def changed(data, stat):
        seen.append(data)

    writer.create(path, b'a')
    eventually('creation seen', lambda: seen[-1:] == [b'a'])
    for i in range(20):
        writer.set(path, b'%d' % i)
    eventually('last change seen', lambda: seen[-1:] == [b'19'])
    writer.delete(path)
    eventually('deletion seen', lambda: seen[-1:] == [None])
    equal(seen[0], None)


@check
def recipe_children_watch(path):
    """ChildrenWatch ends with the children that are there"""
    watcher, writer = connect(server(1)), connect(server(2))
    writer.create(path)
    watcher.sync(path)
    seen = []

    @watcher.ChildrenWatch(path)
    def changed(children):
        seen.append(sorted(children))

    for i in range(10):
        writer.create('%s/%d' % (path, i))
    writer.delete(path + '/3')
    expected = sorted(str(i) for i in range(10) if i != 3)
    eventually('the last children', lambda: seen[-1:] == [expected])


main()

"""A session is not its connection: it moves, and it ends once."""
import time

from kazoo.protocol.states import EventType, KazooState

from harness import check, connect, equal, eventually, main, server
from raw import RawSession


@check
def moves(path):
    """a session goes to another server within its timeout, with its ephemerals"""
    witness = connect(server(2))
    first = RawSession(server(0), timeout=6)
    first.create_ephemeral(path)
    first.vanish()
    second = connect(server(1), timeout=6, client_id=first.client_id)
    equal(second.client_id, first.client_id)
    silent = RawSession(server(0), timeout=8)
    silent.create_ephemeral(path + '-silent')
    silent.vanish()
    witness.sync(path)
    assert witness.exists(path + '-silent') is not None
    # Begun later and with a longer timeout: when it has expired, the first would have, were it not for its new connection.
    eventually('the silent session has expired', lambda: witness.exists(path + '-silent') is None)
    witness.sync(path)
    equal(witness.exists(path).ephemeralOwner, first.client_id[0])
    second.create(path + '-2', ephemeral=True)
    second.stop()
    eventually('the ephemerals are gone', lambda: not (witness.exists(path) or witness.exists(path + '-2')))


@check
def reconnects(path):
    """a client that loses its connection comes back with the same session, its ephemerals and its watches"""
    client, writer = connect(timeout=10), connect(server(1))
    states, events = [], []
    client.add_listener(lambda state: states.append(state) and None)
    client.create(path, b'0', ephemeral=True)
    session = client.client_id
    client._connection._socket.shutdown(2)
    eventually('connected again', lambda: states[-2:] == [KazooState.SUSPENDED, KazooState.CONNECTED])
    equal(client.client_id, session)
    assert KazooState.LOST not in states
    writer.sync(path)
    equal(writer.exists(path).ephemeralOwner, session[0])
    client.get(path, watch=events.append)
    writer.set(path, b'1')
    eventually('the event', lambda: [event.type for event in events] == [EventType.CHANGED])


@check
def expires(path):
    """a silent session expires within its timeout and two ticks, once, all its ephemerals under one zxid"""
    witness = connect(server(1))
    witness.create(path)
    silent = RawSession(server(0), timeout=2)
    for i in range(3):
        silent.create_ephemeral('%s/%d' % (path, i))
    witness.sync(path)
    equal(len(witness.get_children(path)), 3)
    began = time.monotonic()
    eventually('the ephemerals are gone', lambda: witness.get_children(path) == [])
    waited = time.monotonic() - began
    assert silent.timeout - 0.5 <= waited <= silent.timeout + 4, 'expired after %.1f s' % waited
    # Three creates and three deletions count in cversion.
    after = witness.exists(path)
    equal((after.cversion, after.numChildren), (6, 0))
    late = connect(server(2), timeout=2, client_id=silent.client_id)
    assert late.client_id[0] != silent.client_id[0], 'an expired session was taken up again'


@check
def ends_with_close(path):
    """a closed session's ephemerals are gone when another client looks"""
    client, witness = connect(server(0)), connect(server(1))
    client.create(path, ephemeral=True)
    client.stop()
    witness.sync(path)
    equal(witness.exists(path), None)


@check
def wrong_password(path):
    """a session is taken up with its password only"""
    first = RawSession(server(0), timeout=10)
    first.create_ephemeral(path)
    thief = RawSession(server(1), timeout=10, client_id=(first.client_id[0], b'\1' * 16))
    equal((thief.timeout, thief.client_id[0]), (0, 0))
    witness = connect(server(2))
    witness.sync(path)
    assert witness.exists(path) is not None


main()

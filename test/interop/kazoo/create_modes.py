"""Every way of creating a node that kazoo knows, and containers and TTL nodes through their opcodes."""
import time

from kazoo.exceptions import BadArgumentsError, NoChildrenForEphemeralsError
from kazoo.protocol.serialization import Create2, long_struct
from kazoo.security import OPEN_ACL_UNSAFE

from harness import check, connect, equal, eventually, main, raises, server


class CreateContainer(Create2):
    type = 19


class CreateTtl(Create2):
    """flags carries (mode, ttl)."""
    type = 21

    def serialize(self):
        mode, ttl = self.flags
        return Create2(self.path, self.data, self.acl, mode).serialize() + long_struct.pack(ttl)


def create_raw(client, request):
    result = client.handler.async_result()
    client._call(request, result)
    return result.get(timeout=15)


@check
def persistent(path):
    """a persistent node outlives its session"""
    client = connect()
    equal(client.create(path, b'data'), path)
    client.stop()
    other = connect()
    data, stat = other.get(path)
    equal(data, b'data')
    equal((stat.version, stat.ephemeralOwner, stat.dataLength, stat.numChildren), (0, 0, 4, 0))
    equal((stat.czxid, stat.czxid), (stat.mzxid, stat.pzxid))
    other.delete(path)


@check
def ephemeral(path):
    """an ephemeral node belongs to its session and goes with it"""
    client, other = connect(server(0)), connect(server(1))
    client.create(path, b'', ephemeral=True)
    equal(other.sync(path), path)
    equal(other.exists(path).ephemeralOwner, client.client_id[0])
    client.stop()
    eventually('the ephemeral is gone', lambda: other.exists(path) is None)


@check
def ephemeral_has_no_children(path):
    """an ephemeral node never has children"""
    client = connect()
    client.create(path, ephemeral=True)
    raises(NoChildrenForEphemeralsError, client.create, path + '/child')


@check
def sequence(path):
    """sequential names end in ten digits that count up under the parent"""
    client = connect()
    client.create(path)
    names = [client.create(path + '/n-', sequence=True) for _ in range(3)]
    equal(names, [path + '/n-%010d' % i for i in range(3)])
    # Any other create under the parent counts as well; deletes do not.
    client.create(path + '/plain')
    client.delete(names[2])
    equal(client.create(path + '/m-', sequence=True), path + '/m-0000000004')
    equal(client.create(path + '/', sequence=True), path + '/0000000005')


@check
def ephemeral_sequence(path):
    """ephemeral sequential nodes are both"""
    client, other = connect(server(0)), connect(server(2))
    client.create(path)
    name = client.create(path + '/e-', ephemeral=True, sequence=True)
    equal(name, path + '/e-0000000000')
    other.sync(path)
    equal(other.exists(name).ephemeralOwner, client.client_id[0])
    client.stop()
    eventually('the ephemeral is gone', lambda: other.get_children(path) == [])


@check
def with_stat(path):
    """create2 answers with the node's Stat"""
    client = connect()
    created, stat = client.create(path, b'12345', include_data=True)
    equal(created, path)
    equal((stat.version, stat.dataLength), (0, 5))
    equal(stat, client.exists(path))


@check
def parents(path):
    """makepath creates what is missing above"""
    client = connect()
    client.create(path + '/a/b/c', b'x', makepath=True)
    equal(client.get_children(path), ['a'])
    equal(client.get(path + '/a/b/c')[0], b'x')
    client.delete(path, recursive=True)
    equal(client.exists(path), None)


@check
def container(path):
    """a container goes some time after its last child went, not before it had one"""
    client = connect()
    created, stat = create_raw(client, CreateContainer(path, b'', OPEN_ACL_UNSAFE, 4))
    equal((created, stat.ephemeralOwner), (path, 0))
    client.create(path + '/child')
    for sweep in range(2):  # by the second one, all that the first removed is gone
        empty = '%s-empty-%d' % (path, sweep)
        create_raw(client, CreateContainer(empty, b'', OPEN_ACL_UNSAFE, 4))
        client.delete(client.create(empty + '/child'))
        eventually('a sweep', lambda: client.exists(empty) is None)
    assert client.exists(path) is not None, 'a container with a child was removed'
    client.delete(path + '/child')
    eventually('the container is gone', lambda: client.exists(path) is None)


@check
def ttl(path):
    """a TTL node goes when it has neither changed nor had children for its time"""
    client = connect()
    began = time.monotonic()
    created, stat = create_raw(client, CreateTtl(path, b'', OPEN_ACL_UNSAFE, (5, 1500)))
    equal((created, stat.ephemeralOwner), (path, 0))
    eventually('the TTL node is gone', lambda: client.exists(path) is None)
    assert time.monotonic() - began >= 1.4, 'the TTL node went early'


@check
def ttl_sequence(path):
    """a sequential TTL node gets its number"""
    client = connect()
    client.create(path)
    created, _ = create_raw(client, CreateTtl(path + '/t-', b'', OPEN_ACL_UNSAFE, (6, 1000)))
    equal(created, path + '/t-0000000000')
    eventually('the TTL node is gone', lambda: client.get_children(path) == [])


@check
def ttl_range(path):
    """a TTL of nothing is refused"""
    client = connect()
    raises(BadArgumentsError, create_raw, client, CreateTtl(path, b'', OPEN_ACL_UNSAFE, (5, 0)))


main()

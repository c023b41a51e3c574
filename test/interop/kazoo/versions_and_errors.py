"""Versions, Stat and the errors that clients tell apart."""
from kazoo.exceptions import (BadVersionError, InvalidACLError, NoAuthError, NodeExistsError, NoNodeError,
                              NotEmptyError)
from kazoo.security import make_acl, make_digest_acl

from harness import check, connect, equal, main, raises, server


@check
def versions(path):
    """each set counts the version up; a wrong version is refused; -1 means any"""
    client = connect()
    client.create(path, b'0')
    for version in range(3):
        stat = client.set(path, b'%d' % version, version=version)
        equal(stat.version, version + 1)
    raises(BadVersionError, client.set, path, b'x', version=2)
    equal(client.get(path)[0], b'2')
    equal(client.set(path, b'y').version, 4)
    raises(BadVersionError, client.delete, path, version=3)
    client.delete(path, version=4)


@check
def stat_fields(path):
    """Stat tells who changed what: czxid, mzxid, pzxid, cversion, numChildren"""
    client = connect()
    client.create(path, b'abc')
    first = client.exists(path)
    client.create(path + '/a')
    client.create(path + '/b')
    client.delete(path + '/a')
    second = client.exists(path)
    equal((second.cversion, second.numChildren, second.version), (3, 1, 0))
    equal((second.mzxid, second.mtime), (first.mzxid, first.mtime))
    assert second.pzxid > first.pzxid
    third = client.set(path, b'abcdef')
    equal((third.dataLength, third.version, third.cversion), (6, 1, 3))
    assert third.mzxid > second.pzxid and third.czxid == first.czxid


@check
def missing(path):
    """operations on what is not there say so"""
    client = connect()
    raises(NoNodeError, client.get, path)
    raises(NoNodeError, client.set, path, b'')
    raises(NoNodeError, client.delete, path)
    raises(NoNodeError, client.get_children, path)
    raises(NoNodeError, client.get_acls, path)
    raises(NoNodeError, client.create, path + '/child')
    equal(client.exists(path), None)


@check
def existing(path):
    """a node is created once and not deleted while it has children"""
    client = connect()
    client.create(path + '/child', makepath=True)
    raises(NodeExistsError, client.create, path)
    raises(NotEmptyError, client.delete, path)


@check
def acls(path):
    """ACLs let in whom they name, hide the digest's secret, count aversion"""
    owner = connect(server(0), auth_data=[('digest', 'user:secret')])
    stranger = connect(server(1))
    owner.create(path, b'private', acl=[make_digest_acl('user', 'secret', all=True), make_acl('world', 'anyone', create=True)])
    stranger.sync(path)
    raises(NoAuthError, stranger.get, path)
    raises(NoAuthError, stranger.set, path, b'')
    stranger.create(path + '/child')
    raises(NoAuthError, stranger.delete, path + '/child')
    equal(owner.get(path)[0], b'private')
    stranger.add_auth('digest', 'user:secret')
    equal(stranger.get(path)[0], b'private')
    acl, stat = owner.get_acls(path)
    equal((len(acl), stat.aversion), (2, 0))
    equal(owner.set_acls(path, [make_digest_acl('user', 'secret', read=True, admin=True)], version=0).aversion, 1)
    raises(BadVersionError, owner.set_acls, path, acl, version=0)
    raises(NoAuthError, owner.set, path, b'')
    raises(InvalidACLError, owner.create, path + '-2', acl=[make_acl('nonsense', 'x', all=True)])
    owner.set_acls(path, acl, version=1)
    owner.delete(path, recursive=True)


@check
def data_sizes(path):
    """empty data, and data near the limit of a megabyte"""
    client = connect()
    client.create(path, b'')
    equal(client.get(path)[0], b'')
    large = bytes(range(256)) * 3900
    equal(client.set(path, large).dataLength, len(large))
    equal(client.get(path)[0], large)
    client.delete(path)


@check
def names(path):
    """names may hold any letters"""
    client = connect()
    name = path + '/Übergröße ☃ a.b ...'
    client.create(name, 'ß'.encode(), makepath=True)
    equal(client.get_children(path), ['Übergröße ☃ a.b ...'])
    equal(client.get(name)[0], 'ß'.encode())


@check
def sync_then_read(path):
    """after sync, a read on any server sees what another server acknowledged before"""
    writer, reader = connect(server(0)), connect(server(1))
    writer.create(path, b'0')
    for i in range(1, 50):
        writer.set(path, b'%d' % i)
        reader.sync(path)
        equal(reader.get(path)[0], b'%d' % i)


main()

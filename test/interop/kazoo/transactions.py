"""multi: all or nothing, results in order."""
from kazoo.exceptions import BadVersionError, NodeExistsError, NoNodeError, RolledBackError, RuntimeInconsistency

from harness import check, connect, equal, main, server


@check
def all_of_it(path):
    """a transaction's operations see each other and take effect together"""
    client = connect()
    transaction = client.transaction()
    transaction.create(path, b'0')
    transaction.create(path + '/a', b'x')
    transaction.set_data(path, b'1', version=0)
    transaction.check(path, 1)
    transaction.create(path + '/s-', sequence=True)
    transaction.create(path + '/e', ephemeral=True)
    transaction.delete(path + '/a', version=0)
    results = transaction.commit()
    equal(results[:2], [path, path + '/a'])
    equal((results[2].version, results[3], results[4], results[6]), (1, True, path + '/s-0000000001', True))
    equal(sorted(client.get_children(path)), ['e', 's-0000000001'])
    stats = [client.exists(path + '/e'), client.exists(path + '/s-0000000001')]
    equal(stats[0].czxid, stats[1].czxid)
    equal(stats[0].ephemeralOwner, client.client_id[0])


@check
def or_nothing(path):
    """one failure leaves nothing behind, and each result says why"""
    client = connect()
    client.create(path, b'0')
    transaction = client.transaction()
    transaction.create(path + '/a')
    transaction.set_data(path, b'1')
    transaction.check(path, 7)
    transaction.create(path + '/b')
    results = transaction.commit()
    equal([type(result) for result in results],
          [RolledBackError, RolledBackError, BadVersionError, RuntimeInconsistency])
    equal(client.get_children(path), [])
    equal(client.get(path)[0], b'0')


@check
def errors_by_kind(path):
    """the failing operation's own error comes back"""
    client = connect()
    client.create(path)
    for error, build in ((NodeExistsError, lambda t: t.create(path)),
                         (NoNodeError, lambda t: t.delete(path + '/none')),
                         (NoNodeError, lambda t: t.set_data(path + '/none', b'')),
                         (NoNodeError, lambda t: t.check(path + '/none', 0))):
        transaction = client.transaction()
        build(transaction)
        equal([type(result) for result in transaction.commit()], [error])


@check
def failed_leaves_sequence_alone(path):
    """a failed transaction burns no sequence number"""
    client = connect()
    client.create(path)
    transaction = client.transaction()
    transaction.create(path + '/s-', sequence=True)
    transaction.check(path, 99)
    transaction.commit()
    equal(client.create(path + '/s-', sequence=True), path + '/s-0000000000')


@check
def on_every_server(path):
    """a transaction through a follower is seen whole through another server"""
    writer, reader = connect(server(1)), connect(server(2))
    writer.create(path)
    for i in range(20):
        transaction = writer.transaction()
        transaction.create('%s/a%d' % (path, i))
        transaction.create('%s/b%d' % (path, i))
        transaction.commit()
        names = set(reader.get_children(path))
        equal({name[1:] for name in names if name[0] == 'a'}, {name[1:] for name in names if name[0] == 'b'})


main()

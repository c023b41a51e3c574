"""A session on a bare socket: it can fall silent or vanish without a word, which a whole client will not do."""
import socket
import struct


def buffer(data):
    return struct.pack('!i', len(data)) + data


def read_exactly(stream, count):
    data = b''
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise ConnectionError('the server closed the connection')
        data += more
    return data


class RawSession:
    def __init__(self, host_and_port, timeout, client_id=(0, b'\0' * 16)):
        host, port = host_and_port.rsplit(':', 1)
        self.stream = socket.create_connection((host, int(port)), 10)
        self.xid = 0
        self._send(struct.pack('!iqiq', 0, 0, int(timeout * 1000), client_id[0]) + buffer(client_id[1]) + b'\0')
        answer = self._receive()
        _, milliseconds, session, length = struct.unpack_from('!iiqi', answer)
        self.timeout = milliseconds / 1000
        self.client_id = (session, answer[20:20 + length])

    def create_ephemeral(self, path):
        acl = struct.pack('!ii', 1, 31) + buffer(b'world') + buffer(b'anyone')
        self.xid += 1
        self._send(struct.pack('!ii', self.xid, 1) + buffer(path.encode()) + buffer(b'') + acl + struct.pack('!i', 1))
        xid, _, error = struct.unpack_from('!iqi', self._receive())
        if (xid, error) != (self.xid, 0):
            raise AssertionError('create of %s: xid %d, error %d' % (path, xid, error))

    def vanish(self):
        self.stream.close()

    def _send(self, content):
        self.stream.sendall(buffer(content))

    def _receive(self):
        return read_exactly(self.stream, struct.unpack('!i', read_exactly(self.stream, 4))[0])

import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connection } from '../support/connection.js';
import { Ensemble } from '../support/ensemble.js';
import { JuteWriter, OP, request, ZK } from '../support/jute.js';

let ensemble: Ensemble;
let witness: Connection;

beforeAll(async () => {
  ensemble = await Ensemble.start({ voters: 1, config: { tickTime: 500 } });
  witness = await Connection.open(ensemble.clientPort(1));
});
afterAll(async () => {
  await witness?.close();
  await ensemble?.dispose();
});

const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const handshake = () =>
  new JuteWriter().int(0).long(0n).int(5_000).long(0n).buffer(Buffer.alloc(16)).bool(false).frame();

/** Sends bytes on a connection of their own; resolves when the server closed it, or with `open` after a while. */
function send(...chunks: Buffer[]): Promise<'closed' | 'open'> {
  return new Promise((resolve) => {
    const socket = connect(ensemble.clientPort(1), '127.0.0.1');
    socket.on('error', () => {}).on('close', () => resolve('closed'));
    socket.setTimeout(1_500, () => {
      resolve('open');
      socket.destroy();
    });
    socket.resume();
    for (const chunk of chunks) socket.write(chunk);
  });
}

/** The session that was there before is served as before. */
async function expectUnharmed(): Promise<void> {
  const created = await witness.call(OP.create, request.create('/witness', 'x'));
  expect([ZK.ok, ZK.nodeExists], await ensemble.report()).toContain(created.error);
  expect((await witness.call(OP.setData, request.setData('/witness', 'y', -1))).error).toBe(ZK.ok);
  expect((await ensemble.fourLetter(1, 'ruok')).trim()).toBe('imok');
}

/** The same garbage every time. */
function garbage(seed: number, length: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    }),
  );
}

test.each([
  ['a negative length', int(-5)],
  ['a length beyond jute.maxbuffer', int(0x7fff_ffff)],
  ['a first frame that is no ConnectRequest', Buffer.concat([int(3), Buffer.from('abc')])],
  ['a password of two gigabytes', Buffer.concat([int(44), Buffer.alloc(24), int(0x7fff_fff0), Buffer.alloc(16)])],
  ['a request of an HTTP client', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
])('%s closes the connection and harms nobody else', async (_, bytes) => {
  expect(await send(bytes)).toBe('closed');
  await expectUnharmed();
});

test.each([
  ['an unknown opcode', new JuteWriter().int(1).int(9_999).frame()],
  ['a frame without a header', new JuteWriter().bool(true).frame()],
  ['a negative length after the handshake', int(-1)],
])('%s within a session closes that connection and harms nobody else', async (_, bytes) => {
  expect(await send(handshake(), bytes)).toBe('closed');
  await expectUnharmed();
});

test.each([
  ['a path longer than its frame', OP.getData, (out: JuteWriter) => out.int(1_000_000)],
  ['a vector of two billion ACLs', OP.create, (out: JuteWriter) => out.string('/x').string('').int(0x7fff_ffff)],
  ['no body at all', OP.setData, (out: JuteWriter) => out],
])('a request with %s is answered with MarshallingError', async (_, opcode, body) => {
  expect((await witness.call(opcode, body)).error).toBe(ZK.marshallingError);
  await expectUnharmed();
});

test('a thousand connections with random bytes harm nobody', async () => {
  for (let i = 0; i < 1_000; i += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, j) => {
        const bytes = garbage(i + j + 1, 1 + ((i + j) % 97));
        return new Promise<void>((resolve) => {
          const socket = connect(ensemble.clientPort(1), '127.0.0.1', () => socket.end(bytes));
          socket.on('error', () => {}).on('close', () => resolve());
          socket.setTimeout(200, () => socket.destroy());
          socket.resume();
        });
      }),
    );
  }
  await expectUnharmed();
});

test('a frame that arrives byte by byte is a frame', async () => {
  const connection = connect(ensemble.clientPort(1), '127.0.0.1');
  const answer = new Promise<number>((resolve) =>
    connection.once('data', (bytes: Buffer) => resolve(bytes.readInt32BE(0))),
  );
  connection.setNoDelay(true);
  for (const byte of handshake()) {
    connection.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await answer).toBe(37);
  connection.destroy();
});

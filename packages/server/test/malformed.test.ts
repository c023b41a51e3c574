import { ByteWriter } from '@quorate/interfaces';
import { OpCode } from '@quorate/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectRequest, create, exists, getData, Harness, ping, request, setData, sync } from './support/harness.js';

const X = new Uint8Array([120]);

function words(...values: number[]): Uint8Array {
  const out = new ByteWriter();
  for (const value of values) out.i32(value);
  return out.take();
}

test.each([
  ['negative', -1],
  ['the most negative', -2_147_483_648],
  ['one above jute.maxbuffer', 1_048_576],
  ['the largest', 2_147_483_647],
])(
  'T12 a frame of %s length ends the connection without a reply, before and after the handshake',
  async (_, length) => {
    const harness = await Harness.serving();
    const fresh = harness.dial();
    const open = harness.connect();
    const neighbour = harness.connect();
    for (const client of [fresh, open]) {
      client.send(words(length));
      expect(client.takeText()).toBe('');
      expect(client.connection.closed).toBe(true);
    }
    neighbour.send(ping());
    expect(neighbour.takeSummary()).toEqual(['-2:0']);
  },
);

test('1.2 a frame of exactly jute.maxbuffer is taken', async () => {
  const harness = await Harness.serving();
  const client = harness.connect();
  const path = 4 + 2;
  client.send(create(1, '/a', new Uint8Array(1_048_575 - 8 - path - 4)));
  harness.engine.commit();
  expect(client.takeSummary()).toEqual(['1:0']);
});

test('replies to what came before a bad frame still leave', async () => {
  const client = (await Harness.serving()).connect();
  client.sendTogether(exists(1, '/a'), words(-5));
  expect(client.takeSummary()).toEqual(['1:-101']);
  expect(client.connection.closed).toBe(true);
});

test('frames in any pieces are the same requests', async () => {
  const all = Buffer.concat([connectRequest(), create(1, '/a', X), getData(2, '/a'), ping(), setData(3, '/a', X)]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
      const harness = await Harness.serving();
      const client = harness.dial();
      for (let at = 0, i = 0; at < all.length; i++) {
        const size = sizes[i % sizes.length]!;
        client.send(all.subarray(at, at + size));
        at += size;
      }
      harness.engine.commit();
      harness.engine.commit();
      const bytes = client.connection.takeSent();
      expect(bytes.length).toBeGreaterThan(0);
      const xids = [];
      for (let at = 4 + 37; at < bytes.length; at += 4 + Buffer.from(bytes).readInt32BE(at)) {
        xids.push(Buffer.from(bytes).readInt32BE(at + 4));
      }
      expect(xids.sort()).toEqual([-2, 1, 2, 3]);
    }),
    { numRuns: 50, seed: 7 },
  );
});

test('random bytes end at most their own connection', async () => {
  const harness = await Harness.serving();
  const neighbour = harness.connect();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), (bytes, handshake) => {
      const client = handshake ? harness.connect() : harness.dial();
      client.send(bytes);
      harness.engine.commit();
      client.connection.close();
      neighbour.send(ping());
      expect(neighbour.takeSummary()).toEqual(['-2:0']);
    }),
    { numRuns: 300, seed: 11 },
  );
});

test('a request before the handshake is no ConnectRequest: the connection ends', async () => {
  const harness = await Harness.serving();
  const client = harness.dial();
  client.send(ping());
  expect(client.connection.closed).toBe(true);
  expect(harness.engine.pendingCount).toBe(0);
});

test('a ConnectRequest cut short, and a header cut short, end the connection', async () => {
  const harness = await Harness.serving();
  for (let length = 0; length < 44; length++) {
    const client = harness.dial();
    const frame = connectRequest().slice(0, 4 + length);
    new DataView(frame.buffer).setInt32(0, length);
    client.send(frame);
    expect(client.connection.closed).toBe(true);
  }
  for (let length = 0; length < 8; length++) {
    const client = harness.connect();
    client.sendTogether(words(length), new Uint8Array(length));
    expect(client.connection.closed).toBe(true);
  }
  expect(harness.engine.pendingCount).toBe(0);
});

const OPS = Object.values(OpCode).filter((code) => code > 0 && code !== OpCode.ping && code !== OpCode.auth);

test.each(OPS)(
  '-5 opcode %i with a body cut to nothing is an error of that request, or ends its connection',
  async (opcode) => {
    const harness = await Harness.serving();
    const client = harness.connect();
    const neighbour = harness.connect();
    client.sendTogether(request(1, opcode), ping());
    harness.engine.commit();
    const replies = client.takeReplies();
    if (!client.connection.closed) expect(replies.map(({ xid }) => xid)).toContain(1);
    neighbour.send(ping());
    expect(neighbour.takeSummary()).toEqual(['-2:0']);
  },
);

test.each([
  ['getData', getData(1, '/abc')],
  ['exists', exists(1, '/abc')],
  ['create', create(1, '/abc', X)],
  ['setData', setData(1, '/abc', X)],
  ['sync', sync(1, '/abc')],
])('-5 %s cut anywhere in its body is a marshalling error, and the connection goes on', async (_, whole) => {
  for (let length = 8; length < whole.length - 4; length++) {
    const harness = await Harness.serving();
    const client = harness.connect();
    const cut = whole.slice(0, 4 + length);
    new DataView(cut.buffer).setInt32(0, length);
    client.send(cut);
    harness.engine.commit();
    client.send(ping());
    expect(client.takeSummary()).toEqual(['1:-5', '-2:0']);
  }
});

test('an auth packet that cannot be read ends the connection', async () => {
  const client = (await Harness.serving()).connect();
  client.send(request(-4, OpCode.auth));
  expect(client.connection.closed).toBe(true);
});

test('a client that drowns in events is dropped, and nobody else', async () => {
  const harness = await Harness.serving('leading', { settings: { maxUnsentBytes: 10 } });
  const writer = harness.connect();
  const watcher = harness.connect();
  writer.send(create(1, '/a', X));
  harness.engine.commit();
  watcher.connection.reads = false;
  for (let xid = 2; xid < 60 && !watcher.connection.closed; xid++) {
    harness.tree.watchers.set(
      '/a',
      new Set([...harness.server.connections].filter((each) => each.remote === watcher.connection.remote)),
    );
    writer.send(setData(xid, '/a', X));
    harness.engine.commit();
  }
  expect(watcher.connection.destroyed).toBe(true);
  writer.takeSummary();
  writer.send(ping());
  expect(writer.takeSummary()).toEqual(['-2:0']);
});

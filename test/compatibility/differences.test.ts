import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connection, ConnectionLost, SessionExpired } from '../support/connection.js';
import { Ensemble } from '../support/ensemble.js';
import { type JuteWriter, MODE, OP, request, ZK } from '../support/jute.js';

/* What docs/compatibility.md says of the places where a server differs from Apache's on purpose. */

const DELETE_CONTAINER = 20;
const CREATE_SESSION = -10;
const AUTH = 100;
const UNIMPLEMENTED = -6;
const BAD_ARGUMENTS = -8;

let ensemble: Ensemble;
let port: number;

beforeAll(async () => {
  ensemble = await Ensemble.start({ voters: 1, target: 'quorate', config: { extendedTypesEnabled: 'true' } });
  port = ensemble.clientPort(1);
});
afterAll(() => ensemble?.dispose());

test.each([
  ['deleteContainer', DELETE_CONTAINER, (out: JuteWriter) => out.string('/kept')],
  ['createSession', CREATE_SESSION, (out: JuteWriter) => out.int(10_000)],
])('%s is not a client’s to ask: Unimplemented, then the connection closes', async (_, opcode, body) => {
  const connection = await Connection.open(port);
  await connection.call(OP.create, request.create('/kept', ''));
  expect((await connection.call(opcode, body)).error).toBe(UNIMPLEMENTED);
  await connection.ended;
  const other = await Connection.open(port);
  expect((await other.call(OP.exists, request.read('/kept'))).error).toBe(ZK.ok);
  await other.close();
});

test('auth is answered in the order of the requests', async () => {
  const connection = await Connection.open(port);
  // The connection of these tests fails when replies do not come in the order of the requests.
  const write = connection.call(OP.create, request.create('/before-auth', ''));
  const auth = connection.call(AUTH, (out) => out.int(0).string('digest').string('user:password'));
  const read = connection.call(OP.exists, request.read('/before-auth'));
  expect((await Promise.all([write, auth, read])).map(({ error }) => error)).toEqual([0, 0, 0]);
  await connection.close();
});

test('whoever knows a session’s id but not its password does not disturb it', async () => {
  const connection = await Connection.open(port);
  const thief = { id: connection.session.id, password: Buffer.alloc(16, 1) };
  await expect(Connection.open(port, { session: thief })).rejects.toThrow(SessionExpired);
  expect((await connection.call(OP.exists, request.read('/'))).error).toBe(ZK.ok);
  await connection.close();
});

test('createTTL is refused without a TTL flag or a time', async () => {
  const connection = await Connection.open(port);
  const create = (flags: number, ttl: bigint) =>
    connection.call(OP.createTtl, request.createTtl('/no-ttl', '', flags, ttl)).then(({ error }) => error);
  expect([await create(MODE.persistent, -1n), await create(MODE.persistent, 5n), await create(MODE.ttl, 0n)]).toEqual([
    BAD_ARGUMENTS,
    BAD_ARGUMENTS,
    BAD_ARGUMENTS,
  ]);
  await connection.close();
});

test('a client that has seen more than the server is turned away without a word, and keeps its session', async () => {
  const connection = await Connection.open(port);
  const ahead = Connection.open(port, { session: connection.session, lastZxid: 1n << 40n });
  await expect(ahead).rejects.toThrow(ConnectionLost);
  expect((await connection.call(OP.exists, request.read('/'))).error).toBe(ZK.ok);
  await connection.close();
});

/*
 * Cost of the state machine's hot paths, in ns per operation, and of a snapshot under writes. Run from the repository's
 * root on built or bundled code: `npm run build && node --expose-gc packages/znode/bench/hot-path.mjs [nodes]`. Times are
 * CPU times of this process, so that a busy machine distorts them less.
 */
import { ByteReader, ByteWriter } from '@quorate/interfaces';
import { makeIdentity, sessionHi, sessionLo, writeEnvelope, znodeStateMachine } from '@quorate/znode';

/** CPU time so far, ms. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const NODES = Number(process.argv[2] ?? 100_000);
const BYTES = 128;
const SESSION = 0x0100000000000001n;
const identity = makeIdentity([{ scheme: 'ip', id: '127.0.0.1' }]);
const watcher = { identity, notify() {} };
const machine = znodeStateMachine().create();
const reader = new ByteReader();
const envelopeReader = new ByteReader();
const envelope = new ByteWriter();
const txn = new ByteWriter(1024);
const reply = new ByteWriter(1 << 16);
const OPEN_ACL = [
  0, 0, 0, 1, 0, 0, 0, 31, 0, 0, 0, 5, 119, 111, 114, 108, 100, 0, 0, 0, 6, 97, 110, 121, 111, 110, 101,
];

let zxid = 0x100000000;
const context = { zxid: 0, time: 1_700_000_000_000, random: 0 };

function prepare(opcode, body) {
  envelope.rewind(0);
  writeEnvelope(envelope, sessionHi(SESSION), sessionLo(SESSION), 1, opcode, identity, body, 0, body.length);
  return prepareEnvelope();
}

function prepareEnvelope() {
  context.zxid = ++zxid;
  txn.rewind(0);
  machine.prepare(context, envelopeReader.reset(envelope.bytes, 0, envelope.offset), txn);
}

function apply() {
  const result = machine.apply(zxid, reader.reset(txn.bytes, 0, txn.offset));
  reply.rewind(0);
  if (result.error === 0) result.writeBody(reply);
  else throw new Error(`error ${result.error}`);
}

const path = (i) => `/bench/node-${String(i).padStart(8, '0')}`;

function string(text) {
  const bytes = new TextEncoder().encode(text);
  return [0, 0, 0, bytes.length, ...bytes];
}

const data = [0, 0, 0, BYTES, ...new Array(BYTES).fill(120)];
const createBody = (p) => new Uint8Array([...string(p), ...data, ...OPEN_ACL, 0, 0, 0, 0]);
const setBody = (p) => new Uint8Array([...string(p), ...data, 255, 255, 255, 255]);
const readBody = (p) => new Uint8Array([...string(p), 0]);

function measure(name, count, run) {
  for (let i = 0; i < Math.min(count, 20_000); i++) run(i);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = cpu();
    for (let i = 0; i < count; i++) run(i);
    best = Math.min(best, ((cpu() - start) * 1e6) / count);
  }
  console.log(`${name.padEnd(50)} ${best.toFixed(0).padStart(7)} ns`);
}

prepare(-10, new Uint8Array([0, 0, 117, 48]));
apply();
prepare(1, createBody('/bench'));
apply();
const before = process.memoryUsage();
let took = 0;
for (let i = 0; i < NODES; i += 1000) {
  const bodies = Array.from({ length: 1000 }, (_, k) => createBody(path(i + k)));
  const start = cpu();
  for (const body of bodies) {
    prepare(1, body);
    apply();
  }
  took += cpu() - start;
}
globalThis.gc?.();
const after = process.memoryUsage();
const used = after.heapUsed + after.external - before.heapUsed - before.external;
console.log(`create ${NODES} nodes, prepare and apply          ${((took * 1e6) / NODES).toFixed(0).padStart(7)} ns`);
console.log(`memory per node (${BYTES} bytes of data)                ${(used / NODES).toFixed(0).padStart(5)} bytes`);

/** Requests one behind the other in one buffer, as they arrive from a socket. */
function pack(requests) {
  const ends = [0];
  const out = new ByteWriter(requests.length * 64);
  for (const request of requests) {
    out.raw(request);
    ends.push(out.length);
  }
  return { bytes: out.take(), ends };
}

const SAMPLE = 4096;
const some = Array.from({ length: SAMPLE }, (_, i) => Math.floor((i * 7919) % NODES));
const reads = pack(some.map((i) => readBody(path(i))));
const writes = pack(
  some.map((i) => {
    const body = setBody(path(i));
    const out = new ByteWriter();
    writeEnvelope(out, sessionHi(SESSION), sessionLo(SESSION), 1, 5, identity, body, 0, body.length);
    return out.take();
  }),
);
const requestReader = new ByteReader();
const at = ({ bytes, ends }, i) => requestReader.reset(bytes, ends[i & (SAMPLE - 1)], ends[(i & (SAMPLE - 1)) + 1]);
const readOp = (opcode) => (i) => {
  reply.rewind(0);
  machine.execute(opcode, at(reads, i), watcher, reply);
};
let h = 0;
measure('for scale: one multiply and xor, a thousand times', 20_000, (i) => {
  for (let k = 0; k < 1000; k++) h = Math.imul(h ^ i, 0x9e3779b1);
});
measure('getData', 1_000_000, readOp(4));
measure('exists', 1_000_000, readOp(3));
measure('setData: prepare, apply, result', 500_000, (i) => {
  context.zxid = ++zxid;
  txn.rewind(0);
  machine.prepare(context, at(writes, i), txn);
  apply();
});

const DEPTH = 1024;
const slab = new ByteWriter(1 << 20);
const ends = [];
let prepareTime = 0;
let applyTime = 0;
for (let round = 0; round < 200; round++) {
  const first = zxid;
  slab.rewind(0);
  ends[0] = 0;
  const t0 = cpu();
  for (let i = 0; i < DEPTH; i++) {
    context.zxid = ++zxid;
    machine.prepare(context, at(writes, round * DEPTH + i), slab);
    ends[i + 1] = slab.length;
  }
  const t1 = cpu();
  for (let i = 0; i < DEPTH; i++) {
    const result = machine.apply(first + 1 + i, reader.reset(slab.bytes, ends[i], ends[i + 1]));
    reply.rewind(0);
    result.writeBody(reply);
  }
  const t2 = cpu();
  if (round < 100) continue;
  prepareTime += t1 - t0;
  applyTime += t2 - t1;
}
console.log(
  `setData, ${DEPTH} ahead: prepare                      ${((prepareTime * 1e6) / 100 / DEPTH).toFixed(0).padStart(7)} ns`,
);
console.log(
  `setData, ${DEPTH} ahead: apply and result             ${((applyTime * 1e6) / 100 / DEPTH).toFixed(0).padStart(7)} ns`,
);

const cut = machine.snapshot();
let pieces = 0;
let bytes = 0;
let slowest = 0;
let total = 0;
for (;;) {
  const start = cpu();
  const piece = cut.next();
  const took = cpu() - start;
  total += took;
  slowest = Math.max(slowest, took);
  if (piece === null) break;
  pieces += 1;
  bytes += piece.length;
  for (let i = 0; i < 500; i++) {
    prepare(5, setBody(path((pieces * 500 + i * 131) % NODES)));
    apply();
  }
}
cut.release();
console.log(
  `snapshot: ${pieces} pieces, ${(bytes / 1e6).toFixed(1)} MB, ${total.toFixed(0)} ms in all, slowest piece ${slowest.toFixed(2)} ms`,
);

import type { Connection, Transport } from '@quorate/interfaces';
import { memoryNetwork } from '@quorate/transport-memory';
import { describe, expect, test } from 'vitest';
import { collect, type Outcome } from '../src/runner.js';
import { transportConformance } from '../src/transport/transport-conformance.js';
import { brokenConnections } from './saboteurs/broken-connections.js';
import { brokenTransports } from './saboteurs/broken-transports.js';
import { Relay, RelayTransport } from './saboteurs/relay.js';

const PATIENCE_MS = 300;
const END_TIMEOUT_MS = 1_000;

/** Runs the tests of the kit whose titles quote `clause` against a transport made over a memory network. */
function judge(clause: string, make: (inner: Transport) => Transport, patienceMs: number): Promise<readonly Outcome[]> {
  return collect(
    (runner) =>
      transportConformance(runner, {
        name: 'subject',
        patienceMs,
        create: async () => ({
          transport: make(memoryNetwork(undefined, { endTimeoutMs: END_TIMEOUT_MS }).transport()),
          listenAddress: () => 'localhost:0',
          dispose: () => {},
        }),
      }),
    { select: (title) => title.split(' ').includes(clause), stopAtFailure: true },
  );
}

describe('every broken connection fails a test that quotes the clause it breaks', () => {
  for (const [wrong, clause, Broken] of brokenConnections) {
    test(`${clause}: a connection that ${wrong}`, async () => {
      const make = (inner: Transport): Transport => new RelayTransport(inner, (connection) => new Broken(connection));
      const outcomes = await judge(clause, make, PATIENCE_MS);
      expect(outcomes.filter(({ error }) => error !== undefined)).not.toEqual([]);
    });
  }
});

describe('every broken transport fails a test that quotes the clause it breaks', () => {
  for (const [wrong, clause, Broken] of brokenTransports) {
    test(`${clause}: a transport that ${wrong}`, async () => {
      const outcomes = await judge(clause, (inner) => new Broken(inner), PATIENCE_MS);
      expect(outcomes.filter(({ error }) => error !== undefined)).not.toEqual([]);
    });
  }
});

describe('what the contract leaves open passes', () => {
  /** Cuts every chunk into pieces of other lengths. */
  class Cutting extends Relay {
    protected override data(chunk: Uint8Array): void {
      const cut = Math.min(chunk.length, 1000);
      if (cut > 0) super.data(chunk.subarray(0, cut));
      if (cut < chunk.length) super.data(chunk.subarray(cut));
    }
  }

  for (const [what, wrap] of [
    ['a relay that changes nothing', (connection: Connection) => new Relay(connection)],
    ['a relay that cuts chunks', (connection: Connection) => new Cutting(connection)],
  ] as const) {
    test(`T-5 ${what}`, async () => {
      for (const clause of ['T-5', 'T-6', 'T-9', 'T-12']) {
        const outcomes = await judge(clause, (inner) => new RelayTransport(inner, wrap), 10_000);
        expect(outcomes.length).toBeGreaterThan(2);
        expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
      }
    });
  }
});

import { type Client, type ClientOptions, connect, type SessionState } from '../src/index.js';
import { FakeClock, FakeTransport, type Peer } from './fakes.js';

export interface World {
  readonly clock: FakeClock;
  readonly transport: FakeTransport;
  readonly client: Client;
  readonly states: SessionState[];
}

/** A client that has dialled and sent its ConnectRequest. */
export async function dialled(options: Partial<ClientOptions> = {}): Promise<World> {
  const clock = new FakeClock();
  const transport = new FakeTransport(clock);
  const states: SessionState[] = [];
  const client = connect({
    servers: ['a:1'],
    transport,
    clock,
    onState: (state) => states.push(state),
    ...options,
  });
  await clock.advance(0);
  return { clock, transport, client, states };
}

/** A client that is connected. */
export async function connected(options: Partial<ClientOptions> = {}): Promise<World & { readonly peer: Peer }> {
  const world = await dialled(options);
  const peer = world.transport.last;
  await peer.welcome();
  return { ...world, peer };
}

/** The error a promise rejects with; observed at once, so that it is never unhandled. */
export function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${String(value)}`);
    },
    (error: unknown) => error,
  );
}

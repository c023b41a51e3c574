import type { Connection, ConnectionSink, Listener, Transport } from '@quorate/interfaces';
import { Prng, Scheduler, SimNetwork, SimProcess, SimTransport } from '@quorate/simulator';
import { describe, expect, test } from 'vitest';

class Recorder implements ConnectionSink {
  readonly bytes: number[] = [];
  chunks = 0;
  drains = 0;
  readonly closes: (Error | undefined)[] = [];
  readonly connection: Connection;
  constructor(connection: Connection) {
    this.connection = connection;
    connection.open(this);
  }
  onData(chunk: Uint8Array): void {
    this.chunks += 1;
    for (const byte of chunk) this.bytes.push(byte);
  }
  onDrain(): void {
    this.drains += 1;
  }
  onClose(error?: Error): void {
    this.closes.push(error);
  }
}

class World {
  readonly scheduler = new Scheduler();
  readonly network: SimNetwork;
  readonly processes = new Map<string, SimProcess>();

  constructor(seed = 1) {
    this.network = new SimNetwork(this.scheduler, new Prng(seed));
  }

  start(host: string): Transport {
    const process = new SimProcess(host, this.scheduler, new Prng(1));
    this.processes.set(host, process);
    return new SimTransport(this.network, host, process);
  }

  crash(host: string, by: 'process' | 'machine'): void {
    const process = this.processes.get(host)!;
    process.kill();
    if (by === 'machine') this.network.setDown(host, true);
    this.network.forget(process, by);
  }

  /** Waits in virtual time. */
  async settled<T>(promise: Promise<T>, millis = 20_000): Promise<T> {
    let over = false;
    const done = () => {
      over = true;
    };
    promise.then(done, done);
    await this.scheduler.runWhile(() => !over, this.scheduler.now + millis * 1000);
    if (!over) throw new Error(`nothing came within ${millis} virtual ms`);
    return promise;
  }

  run(millis: number): Promise<void> {
    return this.scheduler.runUntil(this.scheduler.now + millis * 1000);
  }
}

async function pair(seed = 1) {
  const world = new World(seed);
  const [a, b] = [world.start('a'), world.start('b')];
  const accepted: Recorder[] = [];
  const listener = await world.settled(b.listen('b:1', (connection) => accepted.push(new Recorder(connection))));
  const dialled = new Recorder(await world.settled(a.dial('b:1')));
  await world.run(50);
  return { world, a, b, listener, dialled, accepted: accepted[0]! };
}

const numbered = (count: number, from = 0) => Uint8Array.from({ length: count }, (_, i) => (from + i) & 0xff);

describe('dial and listen', () => {
  test('T-1 T-3 a port 0 becomes a real one, dialling it reaches the listener; a taken address is refused', async () => {
    const world = new World();
    const [a, b] = [world.start('a'), world.start('b')];
    let accepted = 0;
    const listener = await world.settled(b.listen('b:0', () => (accepted += 1)));
    expect(listener.address).not.toBe('b:0');
    await world.settled(a.dial(listener.address));
    await world.run(50);
    expect(accepted).toBe(1);
    await expect(world.settled(b.listen(listener.address, () => {}))).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    await expect(world.settled(b.listen('a:1', () => {}))).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
    await expect(world.settled(a.dial('nonsense'))).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
  });

  test('T-2 a dial that nobody answers is refused; one to a machine that is off or cut away times out', async () => {
    const world = new World();
    const a = world.start('a');
    await expect(world.settled(a.dial('b:1'), 100)).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    world.network.setDown('b', true);
    await expect(world.settled(a.dial('b:1'))).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    world.network.setDown('b', false);
    world.network.link('b', 'a').cut = true;
    const b = world.start('b');
    const accepted: Recorder[] = [];
    await world.settled(b.listen('b:1', (connection) => accepted.push(new Recorder(connection))));
    await expect(world.settled(a.dial('b:1'))).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(accepted).toHaveLength(1);
    await world.run(20_000);
    expect(accepted[0]!.closes).toHaveLength(1);
  });

  test('T-2 an aborted dial rejects with ABORTED and leaves nothing open', async () => {
    const world = new World();
    const [a, b] = [world.start('a'), world.start('b')];
    const accepted: Recorder[] = [];
    await world.settled(b.listen('b:1', (connection) => accepted.push(new Recorder(connection))));
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController();
      const dial = a.dial('b:1', { signal: abort.signal });
      world.scheduler.after(i * 60, null, () => abort.abort());
      const end = await world.settled(dial).then(
        (connection) => connection,
        (error: { code: string }) => error.code,
      );
      if (typeof end === 'string') expect(end).toBe('ABORTED');
      else end.destroy();
    }
    await world.run(20_000);
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.every(({ closes }) => closes.length === 1)).toBe(true);
  });

  test('T-4 a closed listener accepts nothing more, leaves connections alone and frees its address', async () => {
    const { world, a, b, listener, dialled, accepted } = await pair();
    await world.settled(listener.close());
    await world.settled(listener.close());
    await expect(world.settled(a.dial('b:1'))).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    dialled.connection.send(numbered(3));
    await world.run(50);
    expect(accepted.bytes).toEqual([0, 1, 2]);
    const again: Listener = await world.settled(b.listen('b:1', () => {}));
    expect(again.address).toBe('b:1');
  });
});

describe('bytes', () => {
  test('T-5 T-9 arrive complete and in order whatever the boundaries, larger than every buffer', async () => {
    for (let seed = 0; seed < 8; seed++) {
      const { world, dialled, accepted } = await pair(seed);
      let sent = 0;
      for (let i = 0; i < 60; i++) {
        const bytes = numbered(i === 30 ? 600_000 : i * 37, sent);
        sent += bytes.length;
        dialled.connection.send(bytes);
        if (i % 7 === 0) await world.run(1);
      }
      await world.run(5000);
      expect(accepted.bytes.length).toBe(sent);
      expect(accepted.bytes.every((value, i) => value === (i & 0xff))).toBe(true);
      expect(dialled.connection.buffered).toBe(0);
    }
  });

  test('T-5 a chunk is spoilt after the call', async () => {
    const { world, dialled, accepted } = await pair();
    const kept: Uint8Array[] = [];
    accepted.onData = (chunk) => void kept.push(chunk);
    dialled.connection.send(numbered(4));
    await world.run(50);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.every((chunk) => chunk.every((value) => value === 0xdd))).toBe(true);
  });

  test('T-8 bytes that come before open are held', async () => {
    const world = new World();
    const [a, b] = [world.start('a'), world.start('b')];
    const accepted: Connection[] = [];
    await world.settled(b.listen('b:1', (connection) => accepted.push(connection)));
    const dialled = new Recorder(await world.settled(a.dial('b:1')));
    dialled.connection.send(numbered(5));
    dialled.connection.end();
    await world.run(100);
    const late = new Recorder(accepted[0]!);
    expect(late.bytes).toEqual([]);
    await world.run(100);
    expect(late.bytes).toEqual([0, 1, 2, 3, 4]);
    expect(late.closes).toEqual([undefined]);
  });

  test('T-6 T-9 T-11 a reader that pauses makes send return false; a drain follows once it reads', async () => {
    const { world, dialled, accepted } = await pair();
    accepted.connection.pause();
    accepted.connection.pause();
    expect(dialled.connection.send(numbered(2_000_000))).toBe(false);
    await world.run(1000);
    expect(accepted.bytes).toEqual([]);
    expect(dialled.connection.buffered).toBeGreaterThan(1_000_000);
    expect(dialled.drains).toBe(0);
    accepted.connection.resume();
    await world.run(10_000);
    expect(accepted.bytes.length).toBe(2_000_000);
    expect(dialled.drains).toBe(1);
    expect(dialled.connection.send(numbered(1))).toBe(true);
  });
});

describe('ends', () => {
  test('T-7 T-12 end delivers everything first, then closes both sides without an error, once', async () => {
    const { world, dialled, accepted } = await pair();
    dialled.connection.send(numbered(400_000));
    dialled.connection.end();
    dialled.connection.end();
    dialled.connection.send(numbered(9));
    expect(dialled.closes).toEqual([]);
    await world.run(5000);
    expect(accepted.bytes.length).toBe(400_000);
    expect([accepted.closes, dialled.closes]).toEqual([[undefined], [undefined]]);
  });

  test('T-12 end gives up on a peer that does not read', async () => {
    const { world, dialled, accepted } = await pair();
    accepted.connection.pause();
    dialled.connection.send(numbered(2_000_000));
    dialled.connection.end();
    await world.run(10_000);
    expect(dialled.closes).toHaveLength(1);
  });

  test('T-7 T-13 destroy closes at once but never from inside the call; the other side hears of it', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const { world, dialled, accepted } = await pair(seed);
      dialled.connection.destroy();
      dialled.connection.destroy();
      expect(dialled.closes).toEqual([]);
      await world.run(1000);
      expect(dialled.closes).toEqual([undefined]);
      expect(accepted.closes).toHaveLength(1);
    }
  });

  test('a severed connection delivers a prefix to each side, then an error; half severed, the other side learns it by sending', async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      const { world, dialled, accepted } = await pair(seed);
      for (let i = 0; i < 10; i++) dialled.connection.send(numbered(10, i * 10));
      world.network.sever('a', 'b', false);
      await world.run(1000);
      expect(accepted.bytes).toEqual([...numbered(accepted.bytes.length)]);
      expect(dialled.closes[0]).toBeInstanceOf(Error);
      expect(accepted.closes[0]).toBeInstanceOf(Error);
      lengths.add(accepted.bytes.length);
    }
    expect(lengths.size).toBeGreaterThan(5);
    const { world, dialled, accepted } = await pair(3);
    world.network.sever('a', 'b', true);
    await world.run(1000);
    expect(dialled.closes.length + accepted.closes.length).toBe(1);
    const unaware = dialled.closes.length === 0 ? dialled : accepted;
    unaware.connection.send(numbered(1));
    await world.run(1000);
    expect(unaware.closes[0]).toBeInstanceOf(Error);
  });

  test('a cut holds bytes back in one direction only, and they arrive after it heals', async () => {
    const { world, dialled, accepted } = await pair();
    world.network.link('a', 'b').cut = true;
    dialled.connection.send(numbered(3));
    accepted.connection.send(numbered(4));
    await world.run(2000);
    expect([accepted.bytes.length, dialled.bytes.length]).toEqual([0, 4]);
    world.network.heal();
    await world.run(2000);
    expect(accepted.bytes).toEqual([0, 1, 2]);
  });

  test('a cut that lasts ends the connection of whoever sends', async () => {
    const { world, dialled, accepted } = await pair();
    world.network.link('a', 'b').cut = true;
    dialled.connection.send(numbered(3));
    await world.run(30_000);
    expect(dialled.closes[0]).toBeInstanceOf(Error);
    expect(accepted.closes).toEqual([]);
  });

  test('a crashed process takes its listeners along and the others see its connections close', async () => {
    const { world, a, dialled, accepted } = await pair();
    world.crash('b', 'process');
    await world.run(1000);
    expect(dialled.closes).toHaveLength(1);
    expect(accepted.closes).toEqual([]);
    await expect(world.settled(a.dial('b:1'))).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  });

  test('a machine without power tells nobody; back up, it resets whoever sends', async () => {
    const { world, dialled } = await pair();
    world.crash('b', 'machine');
    await world.run(5000);
    expect(dialled.closes).toEqual([]);
    world.network.setDown('b', false);
    dialled.connection.send(numbered(1));
    await world.run(2000);
    expect(dialled.closes[0]).toBeInstanceOf(Error);
  });

  test('a paused process keeps its connections; what came meanwhile comes when it goes on', async () => {
    const { world, a, dialled, accepted } = await pair();
    world.processes.get('b')!.pause();
    dialled.connection.send(numbered(3));
    const second = await world.settled(a.dial('b:1'));
    new Recorder(second).connection.send(numbered(1));
    await world.run(5000);
    expect(accepted.bytes).toEqual([]);
    world.processes.get('b')!.resume();
    await world.run(100);
    expect(accepted.bytes).toEqual([0, 1, 2]);
  });
});

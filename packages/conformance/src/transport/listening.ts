import { strict as assert } from 'node:assert';
import type { TransportTest } from './bench.js';

/** Clauses T-1, T-3 and T-4. */
export function listenTests(test: TransportTest): void {
  test('T-1 listen resolves once bound, and connections arrive from then on', async (bench) => {
    let arrived = 0;
    const listener = await bench.listen(() => {
      arrived += 1;
    });
    await Promise.all([bench.dial(listener.address), bench.dial(listener.address), bench.dial(listener.address)]);
    await bench.until('three connections to arrive', () => arrived === 3);
  });

  test('T-1 listen rejects with ADDRESS_IN_USE while another listener has the address, and leaves that one alone', async (bench) => {
    let arrived = 0;
    const listener = await bench.listen(() => {
      arrived += 1;
    });
    await bench.rejects(
      'the second listen to reject',
      bench.transport.listen(listener.address, () => {}),
      'ADDRESS_IN_USE',
    );
    await bench.dial(listener.address);
    await bench.until('a connection to reach the first listener', () => arrived === 1);
  });

  test('T-1 T-2 listen and dial reject with BAD_ADDRESS what is no address', async (bench) => {
    await bench.rejects(
      'listen to reject',
      bench.transport.listen('', () => {}),
      'BAD_ADDRESS',
    );
    await bench.rejects('dial to reject', bench.transport.dial(''), 'BAD_ADDRESS');
  });

  test('T-3 the address of a listener is the one actually bound: dialling it reaches this listener and no other', async (bench) => {
    const arrivals = [0, 0];
    const first = await bench.listen(() => {
      arrivals[0]! += 1;
    });
    const second = await bench.listen(() => {
      arrivals[1]! += 1;
    });
    assert.notEqual(first.address, second.address, 'two listeners, two addresses');
    await bench.dial(second.address);
    await bench.until('the second listener to be reached', () => arrivals[1] === 1);
    await bench.dial(first.address);
    await bench.until('the first listener to be reached', () => arrivals[0] === 1);
    assert.deepEqual(arrivals, [1, 1]);
  });

  test('T-4 a closed listener accepts nothing more', async (bench) => {
    const listener = await bench.listen();
    await bench.settled('the listener to close', listener.close());
    await bench.rejects('the dial to reject', bench.transport.dial(listener.address), 'CONNECTION_FAILED');
  });

  test('T-4 closing a listener leaves open connections alone', async (bench) => {
    const accepted: { send(length: number): void; receives(length: number): Promise<void> }[] = [];
    const listener = await bench.listen((side) => {
      side.open();
      accepted.push({ send: (length) => side.sendNext(length), receives: (length) => side.receives(length) });
    });
    const dialled = await bench.dial(listener.address);
    dialled.open();
    await bench.until('the connection to arrive', () => accepted.length === 1);
    await bench.settled('the listener to close although a connection is open', listener.close());
    dialled.sendNext(1000);
    await accepted[0]!.receives(1000);
    accepted[0]!.send(1000);
    await dialled.receives(1000);
    assert.equal(dialled.closes, 0);
  });

  test('T-4 close has freed the address when it resolves', async (bench) => {
    const first = await bench.listen();
    let arrived = 0;
    for (let round = 1; round <= 3; round++) {
      const connection = round === 1 ? await bench.dial(first.address) : undefined;
      await bench.settled('the listener to close', first.close());
      const again = await bench.listen(() => {
        arrived += 1;
      }, first.address);
      assert.equal(again.address, first.address);
      await bench.dial(again.address);
      await bench.until('the new listener to be reached', () => arrived === round);
      await bench.settled('the new listener to close', again.close());
      connection?.destroy();
    }
  });

  test('T-4 close is idempotent', async (bench) => {
    const listener = await bench.listen();
    await bench.settled('both closes', Promise.all([listener.close(), listener.close()]));
    await bench.settled('a third close', listener.close());
    const next = await bench.listen(() => {}, listener.address);
    await bench.settled('a late close', listener.close());
    await bench.dial(next.address);
  });
}

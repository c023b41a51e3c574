import { strict as assert } from 'node:assert';
import type { ClockTest } from './ticks.js';

const READS = 20_000;
const DRAWS = 4096;

/** Clauses C-1, C-2 and C-7. */
export function readingTests(test: ClockTest): void {
  test('C-1 now never decreases, and grows as time passes', async (ticks) => {
    const { clock } = ticks;
    const start = clock.now();
    let last = start;
    for (let reads = 0; reads < READS; reads++) {
      const now = clock.now();
      assert.ok(Number.isFinite(now) && now >= last, `now was ${last}, then ${now}`);
      last = now;
    }
    await ticks.pass(10);
    assert.ok(clock.now() >= start + 10, `10 ms after ${start} the clock says ${clock.now()}`);
  });

  test('C-1 now counts milliseconds: it passes as the wall’s time does', async (ticks) => {
    const { clock } = ticks;
    const [now, wall] = [clock.now(), clock.wall()];
    await ticks.pass(100);
    const apart = Math.abs(clock.now() - now - (clock.wall() - wall));
    assert.ok(apart < 90, `within 100 ms or a little more the two clocks drifted ${apart} ms apart`);
  });

  test('C-2 wall gives integer milliseconds since 1970', async (ticks) => {
    const { clock } = ticks;
    for (let reads = 0; reads < 20; reads++) {
      const wall = clock.wall();
      assert.ok(Number.isSafeInteger(wall) && wall >= 0, `wall was ${wall}`);
      if (reads % 5 === 0) await ticks.pass(1);
    }
  });

  test('C-7 randomU32 gives integers from 0 to 2^32 - 1, each bit set as often as not', async ({ clock }) => {
    const ones = new Array<number>(32).fill(0);
    const seen = new Set<number>();
    for (let draws = 0; draws < DRAWS; draws++) {
      const value = clock.randomU32();
      assert.ok(Number.isInteger(value) && value >= 0 && value < 2 ** 32, `randomU32 was ${value}`);
      seen.add(value);
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (value >>> bit) & 1;
    }
    // Nine standard deviations: chance does not fail this.
    for (const [bit, count] of ones.entries()) {
      assert.ok(Math.abs(count - DRAWS / 2) < DRAWS * 0.07, `bit ${bit} was set ${count} times of ${DRAWS}`);
    }
    assert.ok(seen.size > DRAWS - 10, `${DRAWS - seen.size} repetitions in ${DRAWS} draws`);
  });
}

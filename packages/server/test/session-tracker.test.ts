import { describe, expect, test } from 'vitest';
import { SessionTracker } from '../src/sessions/session-tracker.js';
import { VirtualClock } from './support/virtual-clock.js';

const TICK = 2000;
/** A look is due every quarter of a tick. */
const LOOK = TICK / 4;

function tracked(...sessions: readonly [id: bigint, timeoutMs: number][]) {
  const clock = new VirtualClock();
  const expired: bigint[] = [];
  const heard: bigint[] = [];
  const tracker = new SessionTracker(clock, TICK, {
    collectTouches: () => {
      for (const id of heard.splice(0)) tracker.touch(id, 4000);
    },
    expire: (id) => expired.push(id),
  });
  tracker.start(sessions.map(([id, timeoutMs]) => ({ id, timeoutMs })));
  return { clock, tracker, expired, heard };
}

describe('T61 expiry is rounded up to the tick and never early', () => {
  test.each([1, 999, 1999, 2000, 2001, 3999, 4000, 5500, 39_999])('timeout %i ms', (timeoutMs) => {
    const { clock, expired } = tracked([1n, timeoutMs]);
    clock.advance(timeoutMs);
    expect(expired).toEqual([]);
    clock.advance(TICK + LOOK);
    expect(expired).toEqual([1n]);
  });
});

test('a touch moves the end; the timeout of the touch counts', () => {
  const { clock, tracker, expired } = tracked([1n, 4000], [2n, 4000]);
  clock.advance(3000);
  expect(tracker.touch(1n, 10_000)).toBe(true);
  clock.advance(3500);
  expect(expired).toEqual([2n]);
  clock.advance(6000);
  expect(expired).toEqual([2n]);
  clock.advance(3500);
  expect(expired).toEqual([2n, 1n]);
});

test('what was heard by the time it is due keeps a session', () => {
  const { clock, expired, heard } = tracked([1n, 4000]);
  clock.advance(5900);
  heard.push(1n);
  clock.advance(2000);
  expect(expired).toEqual([]);
});

test('a stall of this process expires nobody, however long', () => {
  const { clock, expired, heard } = tracked([1n, 4000]);
  clock.advance(3900);
  clock.stall(3_600_000, () => heard.push(1n));
  clock.advance(4000);
  expect(expired).toEqual([]);
});

test('a stall moves the deadline: without a word after it the session ends as late as the stall was long', () => {
  const { clock, expired } = tracked([1n, 4000]);
  clock.advance(1000);
  clock.stall(60_000);
  clock.advance(3000);
  expect(expired).toEqual([]);
  clock.advance(TICK + 2 * LOOK);
  expect(expired).toEqual([1n]);
});

test('nothing expires before the sockets were drained once more after the first look that finds it due', () => {
  const { clock, tracker, expired } = tracked([1n, 4000]);
  clock.advance(5999);
  // The look at 6000 finds it due; what the poll after that look brings still counts.
  clock.stall(1, () => tracker.touch(1n, 4000));
  clock.advance(1000);
  expect(expired).toEqual([]);
});

test('a session whose end is under way cannot be touched, is expired once, and can be tried again', () => {
  const { clock, tracker, expired } = tracked([1n, 4000]);
  clock.advance(6500);
  expect(expired).toEqual([1n]);
  expect(tracker.touch(1n, 4000)).toBe(false);
  clock.advance(60_000);
  expect(expired).toEqual([1n]);
  tracker.retry(1n);
  clock.advance(TICK + LOOK);
  expect(expired).toEqual([1n, 1n]);
});

test('a session that ended is unknown', () => {
  const { clock, tracker, expired } = tracked([1n, 4000]);
  tracker.forget(1n);
  expect(tracker.touch(1n, 4000)).toBe(false);
  clock.advance(60_000);
  expect(expired).toEqual([]);
  expect(tracker.size).toBe(0);
});

test('after stop nothing is known and nothing expires; a new start gives full timeouts (T62)', () => {
  const { clock, tracker, expired } = tracked([1n, 4000]);
  clock.advance(5000);
  tracker.stop();
  clock.advance(60_000);
  tracker.start([{ id: 1n, timeoutMs: 4000 }]);
  clock.advance(4000);
  expect(expired).toEqual([]);
  clock.advance(TICK + LOOK);
  expect(expired).toEqual([1n]);
});

test('stopping from inside an expiry expires nobody else', () => {
  const clock = new VirtualClock();
  const expired: bigint[] = [];
  const tracker: SessionTracker = new SessionTracker(clock, TICK, {
    collectTouches: () => {},
    expire: (id) => {
      expired.push(id);
      tracker.stop();
    },
  });
  tracker.start([
    { id: 1n, timeoutMs: 4000 },
    { id: 2n, timeoutMs: 4000 },
  ]);
  clock.advance(60_000);
  expect(expired).toEqual([1n]);
});

test('the buckets tell how far ahead each ends', () => {
  const { tracker } = tracked([1n, 4000], [2n, 4000], [3n, 9000]);
  expect([...tracker.buckets()]).toEqual([
    [6000, [1n, 2n]],
    [10_000, [3n]],
  ]);
});

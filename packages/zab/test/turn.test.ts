import { expect, test } from 'vitest';
import { Turn } from '../src/index.js';
import { ManualClock } from './support/manual-clock.js';

/** A clock whose time can be set, as after a stop of the process. */
class SetClock extends ManualClock {
  time = 0;

  override now(): number {
    return this.time;
  }
}

async function turnOver(clock: SetClock, over: () => boolean): Promise<void> {
  await clock.until('the turn is over', over);
}

test('the phases of a turn run in their order, and again when a later one asks for an earlier one', async () => {
  const clock = new SetClock();
  const turn = new Turn(clock);
  const ran: string[] = [];
  turn.atEnd('output', () => ran.push('output'));
  turn.atEnd('apply', () => {
    ran.push('apply');
    turn.atEnd('links', () => ran.push('links'));
  });
  turn.atEnd('log', () => ran.push('log'));
  await turnOver(clock, () => ran.includes('output'));
  expect(ran).toEqual(['log', 'apply', 'links', 'output']);
});

test('the watchers see the time once per turn, before what began it', async () => {
  const clock = new SetClock();
  const turn = new Turn(clock);
  const seen: number[] = [];
  turn.onBegin((now) => seen.push(now));
  clock.time = 5;
  turn.enter();
  clock.time = 6;
  turn.enter();
  expect(seen).toEqual([5]);
});

test('a process that was stopped in the middle of a turn looks at the time before it goes on', () => {
  const clock = new SetClock();
  const turn = new Turn(clock);
  const seen: number[] = [];
  turn.onBegin((now) => seen.push(now));
  turn.enter();
  clock.time = 10_000;
  expect(turn.enter()).toBe(10_000);
  expect(seen).toEqual([0, 10_000]);
});

import { strict as assert } from 'node:assert';
import type { ClockTest } from './ticks.js';

/** Clause C-6. */
export function deferTests(test: ClockTest): void {
  test('C-6 defer runs each function once, at the end of the turn, in call order', async (ticks) => {
    const expected: string[] = ['first in line'];
    for (let index = 0; index < 50; index++) {
      ticks.clock.defer(() => ticks.note(`deferred ${index}`));
      expected.push(`deferred ${index}`);
    }
    ticks.note('first in line');
    await ticks.passUntil(() => ticks.notes.length === expected.length, 0);
    await ticks.pass(2);
    assert.deepEqual(ticks.notes, expected);
  });

  test('C-6 what is deferred at the end of a turn runs at the end of a later one', async (ticks) => {
    const { clock } = ticks;
    clock.defer(() => {
      clock.defer(() => ticks.note('deferred again'));
      ticks.note('first');
    });
    clock.defer(() => ticks.note('second'));
    await ticks.passUntil(() => ticks.notes.length === 3, 0);
    await ticks.pass(2);
    assert.deepEqual(ticks.notes, ['first', 'second', 'deferred again']);
  });

  test('C-6 what a timer defers runs after the timer’s function', async (ticks) => {
    const { clock } = ticks;
    clock
      .timer(() => {
        clock.defer(() => ticks.note('deferred'));
        ticks.note('fired');
      })
      .at(clock.now() + 1);
    await ticks.passUntil(() => ticks.notes.length === 2, 1);
    assert.deepEqual(ticks.notes, ['fired', 'deferred']);
  });

  test('C-6 the same function may be deferred twice, and runs twice', async (ticks) => {
    const fn = (): void => ticks.note('ran');
    ticks.clock.defer(fn);
    ticks.clock.defer(fn);
    await ticks.passUntil(() => ticks.notes.length === 2, 0);
    await ticks.pass(2);
    assert.deepEqual(ticks.notes, ['ran', 'ran']);
  });
}

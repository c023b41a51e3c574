import { strict as assert } from 'node:assert';
import type { ClockTest } from './ticks.js';

/** Clauses C-3, C-4 and C-5. */
export function timerTests(test: ClockTest): void {
  test('C-3 C-4 a timer fires once, at or after its time, in a turn of its own', async (ticks) => {
    const { clock, notes } = ticks;
    for (const delay of [0, 0.4, 1, 5, 12.7]) {
      notes.length = 0;
      const when = clock.now() + delay;
      const timer = clock.timer(() => ticks.note(clock.now() < when ? 'early' : 'due'));
      timer.at(when);
      ticks.note('at returned');
      await ticks.passUntil(() => notes.length > 1, delay + 1);
      await ticks.pass(delay + 3);
      assert.deepEqual(notes, ['at returned', 'due'], `a timer set to ${delay} ms from now`);
    }
  });

  test('C-3 a time that has passed fires soon, but not inside at', async (ticks) => {
    const timer = ticks.clock.timer(() => ticks.note('fired'));
    timer.at(ticks.clock.now() - 1000);
    ticks.note('at returned');
    await ticks.passUntil(() => ticks.notes.length > 1, 1);
    assert.deepEqual(ticks.notes, ['at returned', 'fired']);
  });

  test('C-4 never before its time, over many timers', async (ticks) => {
    const { clock } = ticks;
    let early = 0;
    let fired = 0;
    for (let index = 0; index < 200; index++) {
      const when = clock.now() + index / 9;
      clock
        .timer(() => {
          fired += 1;
          if (clock.now() < when) early += 1;
        })
        .at(when);
    }
    await ticks.passUntil(() => fired === 200, 5);
    assert.deepEqual({ fired, early }, { fired: 200, early: 0 });
  });

  test('C-4 setting it again replaces the earlier time: later', async (ticks) => {
    const { clock } = ticks;
    const start = clock.now();
    const timer = clock.timer(() => ticks.note(clock.now() < start + 30 ? 'early' : 'due'));
    for (let when = 2; when <= 30; when += 2) timer.at(start + when);
    await ticks.passUntil(() => ticks.notes.length > 0, 5);
    await ticks.pass(10);
    assert.deepEqual(ticks.notes, ['due']);
  });

  test('C-4 setting it again replaces the earlier time: sooner', async (ticks) => {
    const { clock } = ticks;
    const timer = clock.timer(() => ticks.note('fired'));
    timer.at(clock.now() + 3_600_000);
    timer.at(clock.now() + 4);
    await ticks.passUntil(() => ticks.notes.length > 0, 4);
    await ticks.pass(5);
    assert.deepEqual(ticks.notes, ['fired']);
  });

  test('C-4 C-5 moved out, cancelled, and set again in every order, it keeps to the last call', async (ticks) => {
    const { clock } = ticks;
    let when = Number.POSITIVE_INFINITY;
    const timer = clock.timer(() => ticks.note(clock.now() < when ? 'early' : 'due'));
    timer.at(clock.now() + 1);
    timer.at(clock.now() + 500);
    timer.cancel();
    timer.at(clock.now() + 2);
    timer.at(clock.now() + 3_600_000);
    await ticks.pass(8);
    assert.deepEqual(ticks.notes, []);
    when = clock.now() + 4;
    timer.at(when);
    await ticks.passUntil(() => ticks.notes.length > 0, 5);
    await ticks.pass(5);
    assert.deepEqual(ticks.notes, ['due']);
  });

  test('C-4 a time far away does not fire now', async (ticks) => {
    for (const days of [24, 25, 50, 10_000]) {
      const timer = ticks.clock.timer(() => ticks.note(`fired ${days} days early`));
      timer.at(ticks.clock.now() + days * 86_400_000);
      await ticks.pass(5);
      timer.cancel();
    }
    assert.deepEqual(ticks.notes, []);
  });

  test('C-4 a timer may be set again from its own function', async (ticks) => {
    const { clock } = ticks;
    const timer = clock.timer(() => {
      ticks.note('fired');
      if (ticks.notes.length < 4) timer.at(clock.now() + 2);
    });
    timer.at(clock.now() + 2);
    await ticks.passUntil(() => ticks.notes.length === 4, 2);
    await ticks.pass(8);
    assert.equal(ticks.notes.length, 4);
  });

  test('C-5 a cancelled timer does not fire until set again; cancel is idempotent', async (ticks) => {
    const { clock } = ticks;
    const timer = clock.timer(() => ticks.note('fired'));
    timer.cancel();
    timer.at(clock.now() + 2);
    timer.cancel();
    timer.cancel();
    await ticks.pass(10);
    assert.deepEqual(ticks.notes, []);
    timer.at(clock.now() + 2);
    await ticks.passUntil(() => ticks.notes.length > 0, 2);
    timer.cancel();
    assert.deepEqual(ticks.notes, ['fired']);
  });

  test('C-5 a timer that is due, and cancelled by another that is due, does not fire', async (ticks) => {
    const { clock } = ticks;
    const when = clock.now() + 5;
    const fired: string[] = [];
    const first = clock.timer(() => {
      fired.push('first');
      second.cancel();
    });
    const second = clock.timer(() => {
      fired.push('second');
      first.cancel();
    });
    first.at(when);
    second.at(when);
    await ticks.passUntil(() => fired.length > 0, 5);
    await ticks.pass(5);
    assert.equal(fired.length, 1, 'timers that fired, each of which cancels the other');
  });

  test('C-3 timers of different owners do not disturb each other', async (ticks) => {
    const { clock } = ticks;
    const stopped = clock.timer(() => ticks.note('stopped'));
    const moved = clock.timer(() => ticks.note('moved'));
    const kept = clock.timer(() => ticks.note('kept'));
    for (const timer of [stopped, moved, kept]) timer.at(clock.now() + 5);
    stopped.cancel();
    moved.at(clock.now() + 3_600_000);
    await ticks.passUntil(() => ticks.notes.length > 0, 5);
    await ticks.pass(5);
    moved.cancel();
    assert.deepEqual(ticks.notes, ['kept']);
  });
}

import { Prng, Scheduler, SimProcess, steadyClock, VirtualClock } from '@quorate/simulator';
import { describe, expect, test } from 'vitest';

function oneProcess(drift = steadyClock()) {
  const scheduler = new Scheduler();
  const process = new SimProcess('p', scheduler, new Prng(1));
  return { scheduler, process, clock: new VirtualClock(process, drift, new Prng(2)), log: [] as string[] };
}

describe('Scheduler', () => {
  test('runs events by time, then in the order they were scheduled', async () => {
    const { scheduler, log } = oneProcess();
    for (const [at, name] of [
      [5, 'd'],
      [1, 'a'],
      [5, 'e'],
      [3, 'c'],
      [1, 'b'],
    ] as const) {
      scheduler.at(at, null, () => log.push(`${name}${scheduler.now}`));
    }
    await scheduler.runUntil(4);
    expect(log).toEqual(['a1', 'b1', 'c3']);
    expect(scheduler.now).toBe(4);
    await scheduler.runUntil(10);
    expect(log.slice(3)).toEqual(['d5', 'e5']);
  });

  test('all promise continuations of a slot run before the next one', async () => {
    const { scheduler, process, log } = oneProcess();
    process.post(async () => {
      for (let i = 0; i < 50; i++) await null;
      log.push('continued');
    });
    process.post(() => log.push('next'));
    await scheduler.runUntil(1);
    expect(log).toEqual(['continued', 'next']);
  });

  test('an event that throws ends the run with its error', async () => {
    const { scheduler, process } = oneProcess();
    process.post(() => {
      throw new Error('broken');
    });
    await expect(scheduler.runUntil(1)).rejects.toThrow('broken');
  });

  test('a million events keep their order', async () => {
    const { scheduler } = oneProcess();
    const random = new Prng(7);
    let last = -1;
    let wrong = 0;
    for (let i = 0; i < 100_000; i++) {
      const at = random.below(1_000_000);
      scheduler.at(at, null, () => {
        if (at < last) wrong += 1;
        last = at;
      });
    }
    await scheduler.runUntil(1_000_000);
    expect(wrong).toBe(0);
    expect(last).toBeGreaterThan(990_000);
  });
});

describe('SimProcess and VirtualClock', () => {
  test('C-6 deferred calls run after everything that came in the same turn, in call order', async () => {
    const { scheduler, process, clock, log } = oneProcess();
    process.post(() => {
      clock.defer(() => log.push('end 1'));
      clock.defer(() => {
        log.push('end 2');
        clock.defer(() => log.push('end 3'));
      });
      log.push('one');
    });
    process.post(() => log.push('two'));
    await scheduler.runUntil(0);
    expect(log).toEqual(['one', 'two', 'end 1', 'end 2', 'end 3']);
  });

  test('C-6 a deferred call outside any turn still runs', async () => {
    const { scheduler, clock, log } = oneProcess();
    clock.defer(() => log.push('ran'));
    await scheduler.runUntil(0);
    expect(log).toEqual(['ran']);
  });

  test('C-3 C-4 C-5 a timer fires once, never early; setting it again replaces; cancel stops it', async () => {
    const { scheduler, clock, log } = oneProcess();
    const timer = clock.timer(() => log.push(`fired ${clock.now()}`));
    timer.at(10);
    timer.at(20.5);
    await scheduler.runUntil(30_000);
    expect(log).toEqual(['fired 20.5']);
    timer.at(40);
    timer.cancel();
    timer.cancel();
    await scheduler.runUntil(50_000);
    expect(log).toHaveLength(1);
    timer.at(1);
    expect(log).toHaveLength(1);
    await scheduler.runUntil(50_000);
    expect(log).toHaveLength(2);
  });

  test('C-1 C-4 clocks of other rates: local time never decreases and timers are never early', async () => {
    for (const rateIn1000 of [500, 997, 2000]) {
      const { scheduler, clock, log } = oneProcess({ rateIn1000, offsetMs: 123_456.789, wallMs: 0 });
      let early = 0;
      for (let i = 1; i <= 50; i++) {
        const when = clock.now() + i * 1.37;
        clock.timer(() => (clock.now() < when ? (early += 1) : log.push('ok'))).at(when);
      }
      const start = clock.now();
      await scheduler.runUntil(1_000_000);
      expect(clock.now() - start).toBeCloseTo(rateIn1000, 5);
      expect([early, log.length]).toEqual([0, 50]);
    }
  });

  test('a cancelled timer that is already in the inbox does not fire', async () => {
    const { scheduler, process, clock, log } = oneProcess();
    const timer = clock.timer(() => log.push('fired'));
    process.pause();
    process.post(() => timer.cancel(), 1000);
    timer.at(2);
    await scheduler.runUntil(5000);
    process.resume();
    await scheduler.runUntil(5000);
    expect(log).toEqual([]);
  });

  test('a paused process runs nothing; resumed, it gets everything that piled up, stale timers included', async () => {
    const { scheduler, process, clock, log } = oneProcess();
    clock.timer(() => log.push(`timer at ${clock.now()}`)).at(5);
    process.post(() => log.push('event'), 7000);
    process.pause();
    await scheduler.runUntil(60_000);
    expect(log).toEqual([]);
    process.resume();
    await scheduler.runUntil(60_001);
    expect(log).toEqual(['timer at 60', 'event']);
  });

  test('a pause in the middle of a turn: the rest of the turn runs after it', async () => {
    const { scheduler, process, clock, log } = oneProcess();
    process.post(() => {
      log.push('one');
      clock.defer(() => log.push('end'));
      process.pause();
    });
    process.post(() => log.push('two'));
    await scheduler.runUntil(1000);
    expect(log).toEqual(['one']);
    process.resume();
    await scheduler.runUntil(1000);
    expect(log).toEqual(['one', 'two', 'end']);
  });

  test('a killed process: timers, deferred calls, events and what they set later vanish', async () => {
    const { scheduler, process, clock, log } = oneProcess();
    clock.timer(() => log.push('timer')).at(1);
    process.post(() => {
      clock.defer(() => log.push('deferred'));
      process.kill();
      clock.defer(() => log.push('deferred later'));
      clock.timer(() => log.push('timer later')).at(2);
    });
    process.post(() => log.push('event'));
    await scheduler.runUntil(10_000);
    expect(log).toEqual([]);
  });

  test('a fuse kills in the middle of a turn', async () => {
    const { scheduler, process, log } = oneProcess();
    for (const name of ['one', 'two', 'three']) process.post(() => log.push(name));
    process.afterSlots(2, () => process.kill());
    await scheduler.runUntil(10);
    expect(log).toEqual(['one', 'two']);
  });

  test('what comes while a turn takes its time shares the next turn', async () => {
    const { scheduler, process, clock, log } = oneProcess();
    let turns = 0;
    const note = (name: string) => () => {
      log.push(name);
      if (log.length === 1 || name === 'b') clock.defer(() => (turns += 1));
    };
    process.post(note('a'));
    process.post(note('b'), 1);
    process.post(note('c'), 1);
    await scheduler.runUntil(1000);
    expect(log).toEqual(['a', 'b', 'c']);
    expect(turns).toBe(2);
  });
});

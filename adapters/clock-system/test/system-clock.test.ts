import { expect, test, vi } from 'vitest';
import { systemClock } from '../src/index.js';

test('C-6 all functions deferred in one turn share one setImmediate', async () => {
  const spy = vi.spyOn(globalThis, 'setImmediate');
  const clock = systemClock();
  const ran: number[] = [];
  for (let index = 0; index < 100; index++) clock.defer(() => ran.push(index));
  expect(spy).toHaveBeenCalledTimes(1);
  spy.mockRestore();
  await new Promise<void>((resolve) => clock.defer(resolve));
  expect(ran.length).toBe(100);
});

test('C-6 a function that throws takes nobody with it', async () => {
  const clock = systemClock();
  const ran: string[] = [];
  const thrown = new Promise<unknown>((resolve) => {
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      for (const listener of listeners) process.on('uncaughtException', listener);
      resolve(error);
    });
  });
  clock.defer(() => ran.push('before'));
  clock.defer(() => {
    throw new Error('deliberate');
  });
  clock.defer(() => ran.push('behind'));
  const done = new Promise<void>((resolve) => clock.defer(resolve));
  expect(await thrown).toMatchObject({ message: 'deliberate' });
  await done;
  expect(ran).toEqual(['before', 'behind']);
});

test('C-4 moving a timer to a later time makes no new timeout', () => {
  const clock = systemClock();
  const timer = clock.timer(() => {});
  const spy = vi.spyOn(globalThis, 'setTimeout');
  const start = clock.now() + 1000;
  for (let step = 0; step < 10_000; step++) timer.at(start + step);
  expect(spy).toHaveBeenCalledTimes(1);
  timer.at(start - 500);
  expect(spy).toHaveBeenCalledTimes(2);
  timer.cancel();
  spy.mockRestore();
});

test('a process stays alive while a timer is set, and no longer', () => {
  const timeouts = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const clock = systemClock();
  const before = timeouts();
  const timer = clock.timer(() => {});
  expect(timeouts()).toBe(before);
  timer.at(clock.now() + 60_000);
  expect(timeouts()).toBe(before + 1);
  timer.cancel();
  expect(timeouts()).toBe(before);
});

test('C-4 a time that is no number is refused rather than forgotten', () => {
  const timer = systemClock().timer(() => {});
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => timer.at(wrong)).toThrowError(expect.objectContaining({ code: 'INVARIANT' }));
  }
});

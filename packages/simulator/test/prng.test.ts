import { Prng } from '@quorate/simulator';
import { expect, test } from 'vitest';

test('the same seed gives the same sequence, on any machine', () => {
  const random = new Prng(1);
  const first = [random.u32(), random.u32(), random.u32()];
  const again = new Prng(1);
  expect([again.u32(), again.u32(), again.u32()]).toEqual(first);
  expect(first).toEqual([2432303627, 3534724422, 150451098]);
});

test('other seeds, the upper bits of a seed and the order of its parts give other sequences', () => {
  const firsts = [new Prng(0), new Prng(1), new Prng(2 ** 32), new Prng(1, 2), new Prng(2, 1)].map((p) => p.u32());
  expect(new Set(firsts).size).toBe(firsts.length);
});

test('below, between and chance stay in range and reach every value', () => {
  const random = new Prng(9);
  const seen = new Set<number>();
  let hits = 0;
  for (let i = 0; i < 2000; i++) {
    seen.add(random.between(-2, 2));
    if (random.chance(1, 4)) hits += 1;
  }
  expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  expect(hits).toBeGreaterThan(400);
  expect(hits).toBeLessThan(600);
});

test('a fork draws without moving its parent', () => {
  const one = new Prng(4);
  const other = new Prng(4);
  const fork = one.fork();
  other.fork();
  for (let i = 0; i < 10; i++) fork.u32();
  expect(one.u32()).toBe(other.u32());
});

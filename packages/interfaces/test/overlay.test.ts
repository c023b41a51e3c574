import { expect, test } from 'vitest';
import { Overlay, type Zxid } from '../src/index.js';

const z = (n: number): Zxid => n as Zxid;

test('the newest proposed value wins until it is applied', () => {
  const overlay = new Overlay<string, number>();
  overlay.set(z(1), 'a', 10);
  overlay.set(z(2), 'a', 20);
  overlay.set(z(2), 'b', 5);
  expect(overlay.get('a')).toBe(20);
  overlay.applied(z(1));
  expect(overlay.get('a')).toBe(20);
  overlay.applied(z(2));
  expect(overlay.get('a')).toBeUndefined();
  expect(overlay.get('b')).toBeUndefined();
});

test('discard uncovers what lies below, but not what is applied by now', () => {
  const overlay = new Overlay<string, number>();
  overlay.set(z(1), 'a', 10);
  overlay.set(z(2), 'a', 20);
  overlay.set(z(3), 'a', 30);
  overlay.discard(z(3));
  expect(overlay.get('a')).toBe(20);
  overlay.applied(z(1));
  overlay.discard(z(2));
  expect(overlay.get('a')).toBeUndefined();
});

test('discard of everything', () => {
  const overlay = new Overlay<string, number>();
  overlay.set(z(7), 'a', 1);
  overlay.discard(z(0));
  expect(overlay.get('a')).toBeUndefined();
});

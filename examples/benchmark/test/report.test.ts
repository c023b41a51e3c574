import { expect, test } from 'vitest';
import { parseOptions } from '../src/options.js';
import { type Figure, median, table } from '../src/report.js';

function figure(side: Figure['side'], round: number, rate: number, cpu: number): Figure {
  const rates = { ops_per_s: rate, server_cpu_us_per_op: cpu, p50_us: 1_000, p99_us: 2_000, errors: 0 };
  const measurement = { ...rates, server_rss_mb: [100, 100, 50] };
  return { side, op: 'set', round, measurement };
}

test('the median of an even number is the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('the table says how many times better Quorate is: more per second, less CPU', () => {
  const figures = [figure('quorate', 1, 1_000, 10), figure('quorate', 2, 3_000, 10), figure('apache', 1, 500, 40)];
  const lines = table(figures, ['set']).split('\n');
  expect(lines[2]).toMatch(/set +\| operations\/s +\| +2,000 \| +500 \| +4\.00 ×/);
  expect(lines[3]).toMatch(/set +\| server CPU µs\/op +\| +10\.0 \| +40\.0 \| +4\.00 ×/);
  expect(lines[6]).toMatch(/memory MB, all servers +\| +250 \| +250 \| +1\.00 ×/);
});

test('with one side alone there is no ratio', () => {
  const lines = table([figure('apache', 1, 500, 40)], ['set']).split('\n');
  expect(lines[2]).toMatch(/operations\/s +\| +– \| +500 \| +– \|/);
});

test('options have defaults and refuse what they do not take', () => {
  expect(parseOptions([])).toMatchObject({
    seconds: 10,
    warmupSeconds: 20,
    rounds: 2,
    ops: ['set', 'get'],
    clients: 64,
  });
  expect(parseOptions(['--ops', 'create', '--seconds', '3'])).toMatchObject({ ops: ['create'], seconds: 3 });
  expect(() => parseOptions(['--seconds', 'x'])).toThrow('--seconds takes a whole number, 1 or more, not x');
  expect(() => parseOptions(['--only', 'etcd'])).toThrow('--only takes quorate or apache, not etcd');
});

import type { Side } from './options.js';
import type { Measurement } from './zkload.js';

/** One measurement with where and when in the run it was taken. */
export interface Figure {
  readonly side: Side;
  readonly op: string;
  readonly round: number;
  readonly measurement: Measurement;
}

interface Column {
  readonly title: string;
  readonly value: (measurement: Measurement) => number;
  /** More is better; for the others less is. */
  readonly more: boolean;
  readonly show: (value: number) => string;
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

const COLUMNS: readonly Column[] = [
  { title: 'operations/s', value: (m) => m.ops_per_s, more: true, show: whole },
  { title: 'server CPU µs/op', value: (m) => m.server_cpu_us_per_op, more: false, show: (v) => v.toFixed(1) },
  { title: 'p50 ms', value: (m) => m.p50_us / 1000, more: false, show: (v) => v.toFixed(2) },
  { title: 'p99 ms', value: (m) => m.p99_us / 1000, more: false, show: (v) => v.toFixed(2) },
  { title: 'memory MB, all servers', value: (m) => sum(m.server_rss_mb), more: false, show: whole },
];

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The middle one; the mean of the two middle ones of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A Markdown table: a line for each operation and column, medians of each side, and how many times better Quorate is. */
export function table(figures: readonly Figure[], ops: readonly string[]): string {
  const rows = ops.flatMap((op) =>
    COLUMNS.map(({ title, value, more, show }) => {
      const of = (side: Side) =>
        median(figures.filter((figure) => figure.op === op && figure.side === side).map((f) => value(f.measurement)));
      const [quorate, apache] = [of('quorate'), of('apache')];
      const times = more ? quorate / apache : apache / quorate;
      const cell = (value: number) => (Number.isNaN(value) ? '–' : show(value));
      return [op, title, cell(quorate), cell(apache), Number.isFinite(times) ? `${times.toFixed(2)} ×` : '–'];
    }),
  );
  const all = [['op', '', 'Quorate', 'Apache', 'Quorate is better by'], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(all[0]!), rule, ...rows.map(line)].join('\n');
}

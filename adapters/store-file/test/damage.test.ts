import { makeZxid, ZXID_ZERO } from '@quorate/interfaces';
import { describe, expect, test } from 'vitest';
import { MemoryFileSystem } from './memory-file-system.js';
import { type Files, openLog } from './workbench.js';

interface Written {
  readonly files: Files;
  /** The segment in which the frames are. */
  readonly name: string;
  /** Offsets at which the frames begin. */
  readonly frames: readonly number[];
}

/** Length of the body of the frame that begins at `at`. */
function lengthAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 4);
}

/** Entries 1:1, 1:2 and 1:3, each in a batch, a frame and a write group of its own. */
async function threeGroups(): Promise<Written> {
  const disk = new MemoryFileSystem();
  const open = await openLog(disk);
  for (let i = 0; i < 3; i++) {
    open.append();
    await open.settle();
  }
  await open.log.close();
  const [name, bytes] = [...disk.files].at(-1)!;
  const frames: number[] = [];
  for (let at = 8; at < bytes.length; at += Math.ceil((16 + lengthAt(bytes, at)) / 8) * 8) frames.push(at);
  return { files: disk.files, name, frames: frames.slice(1) };
}

/** The files, with other bytes in the one that holds the frames. */
function changed(written: Written, change: (bytes: Uint8Array) => Uint8Array): Files {
  return new Map([...written.files, [written.name, change(written.files.get(written.name)!.slice())]]);
}

describe('LS-3 a torn tail', () => {
  for (const [how, tear] of [
    ['a file that ends at', (bytes: Uint8Array, at: number) => bytes.subarray(0, at)],
    ['zeros from', (bytes: Uint8Array, at: number) => bytes.fill(0, at)],
    ['other bytes from', (bytes: Uint8Array, at: number) => bytes.fill(0xa5, at)],
  ] as const) {
    test(`${how} any byte of the last frame is cut, for good`, async () => {
      const written = await threeGroups();
      const last = written.frames[2]!;
      const bytes = written.files.get(written.name)!;
      const end = last + 16 + lengthAt(bytes, last);
      for (let at = last; at < end; at++) {
        const disk = new MemoryFileSystem(changed(written, (whole) => tear(whole, at)));
        const open = await openLog(disk);
        expect(open.recovery.last).toBe(makeZxid(1, 2));
        const nothingLeft = at === last && how !== 'other bytes from';
        expect(open.recovery.tail).toBe(nothingLeft ? 'clean' : 'cut');
        open.append();
        await open.log.close();
        const again = await openLog(disk);
        expect(again.recovery).toMatchObject({ last: makeZxid(1, 3), tail: 'clean' });
        expect((await again.read(ZXID_ZERO)).length).toBe(3);
        await again.log.close();
      }
    });
  }

  test('the beginning of a group without its end, whole frames behind the hole included, is no corruption', async () => {
    const disk = new MemoryFileSystem();
    const first = await openLog(disk);
    first.append();
    await first.settle();
    for (let i = 0; i < 4; i++) first.append(600);
    await first.log.close();
    const [name, bytes] = [...disk.files].at(-1)!;
    const hole = bytes.length - 1800;
    const open = await openLog(new Map([...disk.files, [name, bytes.fill(0, hole, hole + 512)]]));
    expect(open.recovery.tail).toBe('cut');
    expect(open.recovery.last).toBe(makeZxid(1, 2));
    await open.log.close();
  });

  test('a segment that was being made when the power failed is forgotten', async () => {
    const written = await threeGroups();
    const { name, files } = written;
    const next = name.replace(/\d{16}/, (digits) => String(Number(digits) + 1).padStart(16, '0'));
    for (const [bytes, tail] of [
      [new Uint8Array(0), 'clean'],
      [new Uint8Array(100_000), 'clean'],
      [files.get(name)!.subarray(0, 30), 'cut'],
    ] as const) {
      const disk = new MemoryFileSystem(new Map([...files, [next, bytes]]));
      const open = await openLog(disk);
      expect(open.recovery).toMatchObject({ last: makeZxid(1, 3), tail });
      await open.log.close();
      const again = await openLog(disk);
      expect(again.recovery).toMatchObject({ last: makeZxid(1, 3), tail: 'clean' });
      await again.log.close();
    }
  });
});

describe('LS-4 bad bytes in front of good ones', () => {
  test('any flipped byte of the head or of an earlier group is corruption, with its place in the message', async () => {
    const written = await threeGroups();
    const [first, second, third] = written.frames;
    for (let at = 8; at < third!; at++) {
      const frame = at < first! ? 8 : at < second! ? first! : second!;
      const end = frame + 16 + lengthAt(written.files.get(written.name)!, frame);
      if (at >= end) continue;
      const files = changed(written, (bytes) => {
        bytes[at] = bytes[at]! ^ 0x10;
        return bytes;
      });
      const where = frame === 8 ? 0 : frame;
      await expect(openLog(files), `byte ${at}`).rejects.toMatchObject({
        code: 'CORRUPT_LOG',
        message: expect.stringContaining(`${written.name}, offset ${where}`),
      });
    }
  });

  test('a zeroed sector in front of a later group is corruption', async () => {
    const written = await threeGroups();
    const files = changed(written, (bytes) => bytes.fill(0, written.frames[1], written.frames[2]));
    await expect(openLog(files)).rejects.toMatchObject({ code: 'CORRUPT_LOG' });
  });

  test('damage in an older segment, or its loss, is corruption; the open log reports it to who reads', async () => {
    const disk = new MemoryFileSystem();
    const open = await openLog(disk, { segmentBytes: 64 << 10 });
    for (let i = 0; i < 12; i++) {
      open.append(20_000);
      await open.settle();
    }
    await open.log.close();
    const { files } = disk;
    const names = [...files.keys()].sort();
    expect(names.length).toBeGreaterThan(3);
    for (const name of names.slice(0, -1)) {
      const damaged = files.get(name)!.slice();
      damaged[30_000] = damaged[30_000]! ^ 1;
      const told = { code: 'CORRUPT_LOG', message: expect.stringContaining(name) };
      await expect(openLog(new Map([...files, [name, damaged]]))).rejects.toMatchObject(told);
      await expect(openLog(new Map([...files].filter(([other]) => other !== name)))).rejects.toMatchObject(told);
    }
    const again = await openLog(disk);
    disk.files.get(names[0]!)!.fill(7, 25_000, 26_000);
    await expect(again.read(ZXID_ZERO)).rejects.toMatchObject({ code: 'CORRUPT_LOG' });
    await again.log.close();
  });

  test('a file of a newer format version is refused in words', async () => {
    const written = await threeGroups();
    const files = changed(written, (bytes) => bytes.fill(2, 7, 8));
    await expect(openLog(files)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('version 2'),
    });
  });
});

describe('stale frames', () => {
  test('frames left at, or copied to, another place are not taken for good', async () => {
    const written = await threeGroups();
    const [first, second, third] = written.frames;
    const whole = written.files.get(written.name)!;
    for (const source of [whole.subarray(first, second), whole.subarray(second, third), whole.subarray(third)]) {
      const open = await openLog(changed(written, (bytes) => Buffer.concat([bytes, source])));
      expect(open.recovery).toMatchObject({ last: makeZxid(1, 3), tail: 'cut' });
      await open.log.close();
    }
  });

  test('LS-7 what was cut stays cut, whatever is lost behind the cut', async () => {
    const written = await threeGroups();
    const disk = new MemoryFileSystem(written.files);
    const open = await openLog(disk);
    open.log.truncateAfter(makeZxid(1, 1));
    await open.settle();
    await open.log.close();
    expect(disk.files.has(written.name)).toBe(true);
    const again = await openLog(disk);
    expect(again.recovery.last).toBe(makeZxid(1, 1));
    again.append(20, 3);
    await again.log.close();
    const third = await openLog(disk);
    expect(third.recovery.last).toBe(makeZxid(1, 4));
    expect((await third.read(makeZxid(1, 1))).length).toBe(1);
    await third.log.close();
  });
});

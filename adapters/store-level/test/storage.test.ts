import { BatchWriter, makeZxid, nextZxid, ZXID_ZERO, type Zxid } from '@quorate/interfaces';
import { describe, expect, test } from 'vitest';
import { storageOn } from '../src/index.js';
import { MapDatabase } from './map-database.js';

const SILENT = { onDurable: () => {}, onFailure: () => {} };
const BATCHES = '10';
const SNAPSHOTS = '20';

async function logOf(database: MapDatabase, batches: number): Promise<void> {
  const { log } = storageOn(database);
  await log.open(SILENT);
  let last: Zxid = ZXID_ZERO;
  for (let i = 0; i < batches; i++) {
    const writer = new BatchWriter(last);
    last = i === 0 ? makeZxid(1, 1) : nextZxid(last);
    writer.beginEntry(last, 0);
    writer.payload.u32(i);
    writer.endEntry(last);
    log.append(writer.seal(ZXID_ZERO));
  }
  await log.close();
}

describe('storageOn', () => {
  test('LS-4 a damaged batch, and one that is missing, are corruption', async () => {
    for (const harm of ['damage', 'loseOne'] as const) {
      const database = new MapDatabase();
      await logOf(database, 5);
      database[harm](BATCHES);
      const { log } = storageOn(database);
      await expect(log.open(SILENT)).rejects.toMatchObject({ code: 'CORRUPT_LOG' });
    }
  });

  test('the database is closed with the later of the two stores, once', async () => {
    const database = new MapDatabase();
    const { log, snapshots } = storageOn(database);
    await log.open(SILENT);
    await snapshots.list();
    await log.close();
    expect(await snapshots.list()).toEqual([]);
    await snapshots.close();
    await snapshots.close();
    await expect(database.close()).rejects.toThrowError('closed twice');
  });

  test('retired batches, replaced snapshots and left-overs do not stay in the database', async () => {
    const database = new MapDatabase();
    await logOf(database, 5);
    const { log, snapshots } = storageOn(database);
    await log.open(SILENT);
    const before = database.size;
    log.retire(makeZxid(1, 4));
    for (let round = 0; round < 3; round++) {
      const writer = await snapshots.begin(makeZxid(1, 4));
      for (let i = 0; i < 3; i++) await writer.write(new Uint8Array(1 << 20));
      await writer.commit();
    }
    const unfinished = await snapshots.begin(makeZxid(1, 5));
    await unfinished.write(new Uint8Array(5 << 20));
    await log.close();
    const again = storageOn(database);
    await again.snapshots.list();
    // Four batches went; a base, a snapshot's record and its three pieces came.
    expect(database.size).toBe(before - 4 + 1 + 1 + 3);
    await again.snapshots.close();
  });

  test('SS-1 a snapshot whose record is damaged is not listed', async () => {
    const database = new MapDatabase();
    const { snapshots } = storageOn(database);
    await (await snapshots.begin(makeZxid(1, 1))).commit();
    database.damage(SNAPSHOTS);
    expect(await snapshots.list()).toEqual([]);
    await expect(snapshots.open(makeZxid(1, 1))).rejects.toMatchObject({ code: 'CORRUPT_SNAPSHOT' });
    await snapshots.close();
  });
});

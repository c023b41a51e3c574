import {
  BATCH_HEADER_BYTES,
  ENTRY_HEADER_BYTES,
  follows,
  formatZxid,
  QuorateError,
  type Zxid,
} from '@quorate/interfaces';

function bad(what: string): never {
  throw new QuorateError('BAD_BATCH', `append: not a sealed log batch: ${what}`);
}

/**
 * Checks that a sealed batch follows `last` and is laid out as one, without reading its payloads or its CRC (that was
 * made by who sealed it, and is checked by whoever reads it back). Allocates one view.
 * @returns zxid of the batch's last entry
 * @throws QuorateError `LOG_GAP`, `BAD_BATCH`
 */
export function lastOfBatch(bytes: Uint8Array, last: Zxid): Zxid {
  if (bytes.length < BATCH_HEADER_BYTES + ENTRY_HEADER_BYTES) bad(`${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== bytes.length) bad(`length field ${view.getUint32(0)}, ${bytes.length} bytes given`);
  const previous = (view.getUint32(8) * 2 ** 32 + view.getUint32(12)) as Zxid;
  if (previous !== last) {
    throw new QuorateError(
      'LOG_GAP',
      `append: the batch follows ${formatZxid(previous)}, but the log ends at ${formatZxid(last)}; truncate or reset first`,
    );
  }
  let zxid = previous;
  let at = BATCH_HEADER_BYTES;
  while (at < bytes.length) {
    if (at + ENTRY_HEADER_BYTES > bytes.length) bad(`an entry cut off at ${at}`);
    const next = (view.getUint32(at + 5) * 2 ** 32 + view.getUint32(at + 9)) as Zxid;
    if (!follows(zxid, next)) bad(`${formatZxid(next)} after ${formatZxid(zxid)}`);
    zxid = next;
    at += 4 + view.getUint32(at);
  }
  if (at !== bytes.length) bad(`the last entry ends at ${at} of ${bytes.length}`);
  return zxid;
}

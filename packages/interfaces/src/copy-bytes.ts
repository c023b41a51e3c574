/**
 * A copy of `bytes[start, end)` for whoever must keep it. Not `slice`: on a Node Buffer that is a view, which changes when
 * the buffer is reused and keeps all of it in memory.
 */
export function copyBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(start, end));
}

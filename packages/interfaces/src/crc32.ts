const TABLE = /* @__PURE__ */ (() => {
  const table = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    table[n] = c;
  }
  return table;
})();

/** CRC-32 (IEEE 802.3) in plain code; exported so that a test can hold it against the platform's. */
export function portableCrc32(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Crc32 = (bytes: Uint8Array, seed?: number) => number;

function platformCrc32(): Crc32 | undefined {
  const host = globalThis as { process?: { getBuiltinModule?: (name: string) => { crc32?: Crc32 } | undefined } };
  return host.process?.getBuiltinModule?.('node:zlib')?.crc32;
}

/** CRC-32 (IEEE 802.3) of `bytes`, continuing from `seed`: Node's own where there is one, else plain code. Always in 0 … 2^32 - 1. */
export const crc32: Crc32 = platformCrc32() ?? portableCrc32;

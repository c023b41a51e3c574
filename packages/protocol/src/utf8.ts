/*
 * UTF-8 with whatever the platform does fastest for ASCII, which nearly every path is, and plain code for the rest: it
 * must read CESU-8 (T13), and give the same string on every platform.
 */

interface NodeBufferPrototype {
  latin1Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number, length: number): number;
}

interface Encoder {
  encodeInto(text: string, into: Uint8Array): { written: number };
}

interface Decoder {
  decode(bytes: Uint8Array): string;
}

const host = globalThis as {
  Buffer?: { prototype?: Partial<NodeBufferPrototype> };
  TextEncoder?: new () => Encoder;
  TextDecoder?: new () => Decoder;
};

/** Strings shorter than this are encoded by the loop in this file: the call into the platform costs more. */
export const FAST_WRITE_FROM = 32;

type AsciiString = (bytes: Uint8Array, start: number, end: number) => string;
type FastWrite = (bytes: Uint8Array, text: string, at: number) => number;

/** Plain code; exported so that a test can hold the platform's against it. @param bytes all below 128 in the range */
export function portableAsciiString(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function chooseAsciiString(): AsciiString {
  const latin1Slice = host.Buffer?.prototype?.latin1Slice;
  if (latin1Slice !== undefined) return (bytes, start, end) => latin1Slice.call(bytes, start, end);
  const TextDecoder = host.TextDecoder;
  if (TextDecoder !== undefined) {
    const decoder = new TextDecoder();
    return (bytes, start, end) =>
      end - start < 24 ? portableAsciiString(bytes, start, end) : decoder.decode(bytes.subarray(start, end));
  }
  return portableAsciiString;
}

function chooseFastWrite(): FastWrite {
  const utf8Write = host.Buffer?.prototype?.utf8Write;
  if (utf8Write !== undefined) return (bytes, text, at) => utf8Write.call(bytes, text, at, bytes.length - at);
  const TextEncoder = host.TextEncoder;
  if (TextEncoder !== undefined) {
    const encoder = new TextEncoder();
    return (bytes, text, at) => encoder.encodeInto(text, bytes.subarray(at)).written;
  }
  return () => -1;
}

/** The string of `bytes[start, end)`, which must all be below 128. */
export const asciiString: AsciiString = /* @__PURE__ */ chooseAsciiString();

/** Writes `text` as UTF-8 at `at`, where there is room; right only when it returns exactly `text.length` (all ASCII). */
export const fastUtf8Write: FastWrite = /* @__PURE__ */ chooseFastWrite();

/**
 * Writes `text` at `at`, where 3 bytes per UTF-16 unit must be free. Pairs of surrogates become four bytes, lone ones three.
 * @returns index one past the last byte written
 */
export function encodeUtf8(bytes: Uint8Array, text: string, at: number): number {
  const length = text.length;
  let to = at;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[to++] = unit;
    } else if (unit < 0x800) {
      bytes[to++] = 0xc0 | (unit >> 6);
      bytes[to++] = 0x80 | (unit & 63);
    } else {
      const low = unit >= 0xd800 && unit < 0xdc00 && i + 1 < length ? text.charCodeAt(i + 1) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        const point = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
        i += 1;
        bytes[to++] = 0xf0 | (point >> 18);
        bytes[to++] = 0x80 | ((point >> 12) & 63);
        bytes[to++] = 0x80 | ((point >> 6) & 63);
        bytes[to++] = 0x80 | (point & 63);
      } else {
        bytes[to++] = 0xe0 | (unit >> 12);
        bytes[to++] = 0x80 | ((unit >> 6) & 63);
        bytes[to++] = 0x80 | (unit & 63);
      }
    }
  }
  return to;
}

const REPLACEMENT = 0xfffd;

/** Length of the sequence that `lead` begins, 0 when it begins none. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Whether `second` may follow `lead`: no overlong forms, nothing beyond U+10FFFF; surrogates are let through (CESU-8). */
function secondFits(lead: number, second: number): boolean {
  if (second < 0x80 || second > 0xbf) return false;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xf0) return second >= 0x90;
  return lead !== 0xf4 || second < 0x90;
}

/** Decodes UTF-8 and CESU-8; each longest wrong prefix becomes one U+FFFD, as in the platform's decoders. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  const units: number[] = [];
  let text = '';
  let i = start;
  while (i < end) {
    const lead = bytes[i]!;
    const wanted = sequenceLength(lead);
    let have = 1;
    if (wanted > 1 && i + 1 < end && secondFits(lead, bytes[i + 1]!)) {
      have = 2;
      while (have < wanted && i + have < end && (bytes[i + have]! & 0xc0) === 0x80) have += 1;
    }
    if (have !== wanted) {
      units.push(REPLACEMENT);
    } else if (wanted === 1) {
      units.push(lead);
    } else if (wanted === 2) {
      units.push(((lead & 31) << 6) | (bytes[i + 1]! & 63));
    } else if (wanted === 3) {
      units.push(((lead & 15) << 12) | ((bytes[i + 1]! & 63) << 6) | (bytes[i + 2]! & 63));
    } else {
      const point =
        ((lead & 7) << 18) | ((bytes[i + 1]! & 63) << 12) | ((bytes[i + 2]! & 63) << 6) | (bytes[i + 3]! & 63);
      units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + (point & 0x3ff));
    }
    i += have;
    if (units.length >= 4096) {
      text += String.fromCharCode(...units);
      units.length = 0;
    }
  }
  return text + String.fromCharCode(...units);
}

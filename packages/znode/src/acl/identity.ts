import { ByteReader, ByteWriter } from '@quorate/interfaces';
import { readString, writeBuffer, writeIdVector, writeString } from '@quorate/protocol';
import type { AuthId, Identity } from '../api.js';
import { base64 } from './base64.js';
import { sha1 } from './sha1.js';

/** The ids of a connection, usually beginning with its `ip`. */
export function makeIdentity(ids: readonly AuthId[]): Identity {
  const out = new ByteWriter();
  writeIdVector(out, ids);
  return Object.freeze({ ids: Object.freeze([...ids]), encoded: out.take() });
}

/** The identity with one more id; the same identity when it has it already (ids are a set, spec §1.11). */
export function withId(identity: Identity, id: AuthId): Identity {
  for (const have of identity.ids) if (have.scheme === id.scheme && have.id === id.id) return identity;
  return makeIdentity([...identity.ids, id]);
}

/**
 * The id that an auth packet of scheme digest yields: `user:base64(sha1(user:password))`. Any bytes yield one (T66).
 * @param userPassword `user:password`, as text or as its UTF-8 bytes
 */
export function digestId(userPassword: string | Uint8Array): AuthId {
  const text = typeof userPassword === 'string' ? userPassword : decode(userPassword);
  return { scheme: 'digest', id: `${text.split(':', 1)[0]}:${base64(sha1(encode(text)))}` };
}

function encode(text: string): Uint8Array {
  const out = new ByteWriter();
  writeString(out, text);
  return out.take().subarray(4);
}

function decode(bytes: Uint8Array): string {
  const out = new ByteWriter();
  writeBuffer(out, bytes);
  return readString(new ByteReader(out.take())) ?? '';
}

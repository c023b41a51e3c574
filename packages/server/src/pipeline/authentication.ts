import type { ByteReader } from '@quorate/interfaces';
import { readAuthPacket, ZkErrorCode } from '@quorate/protocol';
import type { Identity } from '@quorate/znode';
import type { Identities } from '../engine.js';

const NOTHING = new Uint8Array(0);

export interface Authentication {
  /** 0 or `authFailed`, after which the connection closes (T66). */
  readonly err: number;
  readonly identity: Identity;
}

/**
 * What an auth packet makes of a connection's identity (zk-client-spec 1.11). Digest always succeeds (T66); `ip` is what every
 * connection has already; any other scheme is unknown here.
 * @throws QuorateError `SHORT_READ`
 */
export function authenticate(
  body: ByteReader,
  identity: Identity,
  identities: Identities,
  superDigest: string | undefined,
): Authentication {
  const { scheme, auth } = readAuthPacket(body);
  if (scheme === 'ip') return { err: 0, identity };
  if (scheme !== 'digest') return { err: ZkErrorCode.authFailed, identity };
  const id = identities.digestId(auth ?? NOTHING);
  let grown = identities.withId(identity, id);
  if (superDigest !== undefined && id.id === superDigest) grown = identities.withId(grown, { scheme: 'super', id: '' });
  return { err: 0, identity: grown };
}

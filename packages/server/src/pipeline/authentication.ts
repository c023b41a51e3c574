import type { ByteReader } from '@quorate/interfaces';
import { readAuthPacket, ZkErrorCode } from '@quorate/protocol';
import { digestId, type Identity, withId } from '@quorate/znode';

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
export function authenticate(body: ByteReader, identity: Identity, superDigest: string | undefined): Authentication {
  const { scheme, auth } = readAuthPacket(body);
  if (scheme === 'ip') return { err: 0, identity };
  if (scheme !== 'digest') return { err: ZkErrorCode.authFailed, identity };
  const id = digestId(auth ?? NOTHING);
  let grown = withId(identity, id);
  if (superDigest !== undefined && id.id === superDigest) grown = withId(grown, { scheme: 'super', id: '' });
  return { err: 0, identity: grown };
}

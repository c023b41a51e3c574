import { CreateMode, MAX_TTL_MS, OpCode, ZkErrorCode } from '@quorate/protocol';
import type { NodeType } from './node-type.js';

const TTL_MARK = 0xff00_0000 | 0;
const TWO_32 = 2 ** 32;

/** Removed when childless and unmodified for its time to live (spec §2.6, T37). */
export const ttl: NodeType = {
  name: 'ttl',
  selectedBy: [{ opcodes: [OpCode.createTTL], flags: [CreateMode.persistentWithTtl] }],
  allowsChildren: true,
  sessionBound: false,
  showsOwner: false,
  extended: true,
  txn: { types: [OpCode.createTTL], ephemeral: false },
  validate(create) {
    return create.ttl > 0 && create.ttl <= MAX_TTL_MS ? ZkErrorCode.ok : ZkErrorCode.badArguments;
  },
  owner(create, bits) {
    bits.hi = TTL_MARK | Math.floor(create.ttl / TWO_32);
    bits.lo = create.ttl | 0;
  },
  sweepAt(node) {
    return node.mtime + (node.ownerHi & 0xff) * TWO_32 + (node.ownerLo >>> 0) + 1;
  },
};

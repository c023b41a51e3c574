import { CreateMode, OpCode } from '@quorate/protocol';
import type { NodeType } from './node-type.js';

/** Goes with the session that made it; never has children. */
export const ephemeral: NodeType = {
  name: 'ephemeral',
  selectedBy: [{ opcodes: [OpCode.create, OpCode.create2], flags: [CreateMode.ephemeral] }],
  allowsChildren: false,
  sessionBound: true,
  showsOwner: true,
  txn: { types: [OpCode.create, OpCode.create2], ephemeral: true },
  owner(create, bits) {
    bits.hi = create.clientHi;
    bits.lo = create.clientLo;
  },
};

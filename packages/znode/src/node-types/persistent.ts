import { CreateMode, OpCode } from '@quorate/protocol';
import type { NodeType } from './node-type.js';

/** Stays until it is deleted. Container flags in a plain create make one of these too: there the op code decides (T38). */
export const persistent: NodeType = {
  name: 'persistent',
  selectedBy: [
    { opcodes: [OpCode.create, OpCode.create2], flags: [CreateMode.persistent] },
    { opcodes: [OpCode.create, OpCode.create2], flags: [CreateMode.container] },
  ],
  allowsChildren: true,
  sessionBound: false,
  showsOwner: false,
  yieldsToParent: true,
  txn: { types: [OpCode.create, OpCode.create2], ephemeral: false },
};

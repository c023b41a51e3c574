import { CreateMode, OpCode } from '@quorate/protocol';
import type { NodeType } from './node-type.js';

export interface ContainerOptions {
  /** Ms after which a container that never had a child may be swept; 0: never (T36). */
  readonly maxNeverUsedMs?: number;
}

/** Removed some time after its last child goes (spec §2.6). */
export function containerType(options: ContainerOptions = {}): NodeType {
  const maxNeverUsed = options.maxNeverUsedMs ?? 300_000;
  return {
    name: 'container',
    selectedBy: [
      {
        opcodes: [OpCode.createContainer],
        flags: [CreateMode.persistent, CreateMode.ephemeral, CreateMode.container],
      },
      { opcodes: [], flags: [CreateMode.container], multiOpcode: OpCode.createContainer },
    ],
    allowsChildren: true,
    sessionBound: false,
    showsOwner: false,
    txn: { types: [OpCode.createContainer], ephemeral: false },
    owner(_create, bits) {
      bits.hi = -0x8000_0000;
    },
    sweepAt(node) {
      if (node.cversion > 0) return 0;
      return maxNeverUsed > 0 ? node.mtime + maxNeverUsed + 1 : Number.POSITIVE_INFINITY;
    },
  };
}

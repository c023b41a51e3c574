import type { NodeType } from '@quorate/znode';

/** The create flag that makes a lease. Stock clients, which know only ZooKeeper's flags, create leases under a declared parent. */
export const LEASE_FLAG = 7;

/** A node without children that is removed `periodMs` after its data was last set: renew it by setting it again. */
export function lease(periodMs: number): NodeType {
  return {
    name: 'lease',
    selectedBy: [{ flags: [LEASE_FLAG] }],
    allowsChildren: false,
    sessionBound: false,
    showsOwner: false,
    sweepAt: (node) => node.mtime + periodMs,
  };
}

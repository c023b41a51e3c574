/** A create as node types see it, in `prepare` and again, from the txn, in `apply`. */
export interface CreateInfo {
  /** The actual path, sequence suffix included; in `validate` still without it. */
  readonly path: string;
  /** High and low 32 bits (signed) of the session id. */
  readonly clientHi: number;
  readonly clientLo: number;
  /** Milliseconds, as createTTL carries it; -1 in other requests. */
  readonly ttl: number;
  /** Bytes of data; 0 for null. */
  readonly dataLength: number;
  /** Stamp of the txn, ms. */
  readonly time: number;
}

/** A node as it will be once everything proposed is applied. Valid during the call. */
export interface NodeView {
  readonly path: string;
  readonly version: number;
  /** Children created so far. */
  readonly cversion: number;
  readonly childCount: number;
  /** Stamp of the last change of its data, ms. */
  readonly mtime: number;
  readonly ownerHi: number;
  readonly ownerLo: number;
}

/** A setData as node types see it. */
export interface WriteInfo {
  readonly clientHi: number;
  readonly clientLo: number;
  readonly dataLength: number;
  readonly time: number;
}

/** The 64 bits that a type may keep with each node (ZooKeeper stores them as ephemeralOwner). */
export interface OwnerBits {
  hi: number;
  lo: number;
}

/** Requests that select a type: any of these op codes with any of these flags. */
export interface CreateSelector {
  /** Default: create, create2 and createTTL. */
  readonly opcodes?: readonly number[];
  readonly flags: readonly number[];
  /** In a multi, these flags turn another create into this op code (spec §1.7). */
  readonly multiOpcode?: number;
}

/**
 * What kind of node something is: the one extension point of the tree. The five standard types are written with it. All
 * functions must depend on their arguments alone. Error codes are ZooKeeper's (`ZkErrorCode`), 0 meaning fine.
 */
export interface NodeType {
  /** Unique; letters, digits, `-` and `+`. Names of types beyond the standard ones are part of the state machine's identity. */
  readonly name: string;
  /** Flags of a type of one's own are 7 or more. Empty when only `childTypes` gives it to nodes. */
  readonly selectedBy: readonly CreateSelector[];
  /** Whether it may have children; else their create fails with NoChildrenForEphemerals. */
  readonly allowsChildren: boolean;
  /** The node goes with the session that its owner bits name. */
  readonly sessionBound: boolean;
  /** Whether Stat.ephemeralOwner shows the owner bits (T3). */
  readonly showsOwner: boolean;
  /** A type that needs `extendedTypes`; without it, its flags are answered with Unimplemented. */
  readonly extended?: boolean;
  /** A parent named in `childTypes` may give its children another type in place of this one. */
  readonly yieldsToParent?: boolean;
  /** Carried by ZooKeeper's own create txns, of these types, with this value of their field `ephemeral`. Others are carried by ours. */
  readonly txn?: { readonly types: readonly number[]; readonly ephemeral: boolean };
  /** Nodes are kept as this other type; this one only says how they are named and selected. */
  readonly storedAs?: NodeType;
  /** The actual path of a new node. @param counter children created under the parent so far */
  nameNode?(path: string, counter: number): string;
  /** Checks the request alone, before anything of the tree is looked at. */
  validate?(create: CreateInfo): number;
  /** Sets the bits to keep; they are 0 before. */
  owner?(create: CreateInfo, bits: OwnerBits): void;
  /** Whether a node of this type takes a new child, after all other checks. */
  acceptChild?(parent: NodeView, child: CreateInfo): number;
  /** Whether a node of this type takes new data, after all other checks. */
  acceptData?(node: NodeView, write: WriteInfo): number;
  /**
   * From when on a node may be swept, ms of wall time: 0 for at once, Infinity for not as it is now. It depends on the
   * node's own fields only and is asked again when they change. Nodes with children are never swept.
   */
  sweepAt?(node: NodeView): number;
}

import { OpCode } from '@quorate/protocol';
import { addWatch } from './add-watch.js';
import { exists } from './exists.js';
import { getACL } from './get-acl.js';
import { getAllChildrenNumber } from './get-all-children-number.js';
import { getChildren, getChildren2 } from './get-children.js';
import { getData } from './get-data.js';
import { getEphemerals } from './get-ephemerals.js';
import { multiRead } from './multi-read.js';
import type { ReadOperation } from './operation.js';
import { checkWatches, removeWatches } from './remove-watches.js';
import { setWatches, setWatches2 } from './set-watches.js';
import { sync } from './sync.js';
import { whoAmI } from './who-am-i.js';

/** @returns undefined for what is no read of the state machine */
export function readOperationOf(opcode: number): ReadOperation | undefined {
  switch (opcode) {
    case OpCode.getData:
      return getData;
    case OpCode.exists:
      return exists;
    case OpCode.getChildren:
      return getChildren;
    case OpCode.getChildren2:
      return getChildren2;
    case OpCode.getACL:
      return getACL;
    case OpCode.sync:
      return sync;
    case OpCode.setWatches:
      return setWatches;
    case OpCode.setWatches2:
      return setWatches2;
    case OpCode.addWatch:
      return addWatch;
    case OpCode.removeWatches:
      return removeWatches;
    case OpCode.checkWatches:
      return checkWatches;
    case OpCode.getEphemerals:
      return getEphemerals;
    case OpCode.getAllChildrenNumber:
      return getAllChildrenNumber;
    case OpCode.multiRead:
      return multiRead;
    case OpCode.whoAmI:
      return whoAmI;
    default:
      return undefined;
  }
}

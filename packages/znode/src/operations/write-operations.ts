import { OpCode } from '@quorate/protocol';
import { TXN_CREATE_TYPED } from '../txn/create-record.js';
import { closeSession } from './close-session.js';
import { create } from './create.js';
import { createSession } from './create-session.js';
import { deleteNode } from './delete.js';
import { deleteContainer } from './delete-container.js';
import { errorOperation, refuseReconfig } from './error.js';
import { Multi } from './multi.js';
import type { WriteOperation } from './operation.js';
import { setACL } from './set-acl.js';
import { setData } from './set-data.js';

const reconfig: WriteOperation = {
  prepare: refuseReconfig,
  apply: setData.apply,
};

/** The writes of one state machine, by op code of the request and by type of the txn. */
export class WriteOperations {
  readonly #multi = new Multi();

  /** @returns undefined for what is no write, or none that stands alone */
  ofRequest(opcode: number): WriteOperation | undefined {
    switch (opcode) {
      case OpCode.setData:
        return setData;
      case OpCode.create:
      case OpCode.create2:
      case OpCode.createContainer:
      case OpCode.createTTL:
        return create;
      case OpCode.delete:
        return deleteNode;
      case OpCode.multi:
        return this.#multi;
      case OpCode.setACL:
        return setACL;
      case OpCode.createSession:
        return createSession;
      case OpCode.closeSession:
        return closeSession;
      case OpCode.deleteContainer:
        return deleteContainer;
      case OpCode.reconfig:
        return reconfig;
      default:
        return undefined;
    }
  }

  ofTxn(type: number): WriteOperation | undefined {
    if (type === TXN_CREATE_TYPED) return create;
    return type === OpCode.error ? errorOperation : this.ofRequest(type);
  }
}

/** Whether requests of this op code go through `prepare`: all that change something, sessions included. */
export function isWriteOperation(opcode: number): boolean {
  switch (opcode) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
    case OpCode.createTTL:
    case OpCode.delete:
    case OpCode.deleteContainer:
    case OpCode.setData:
    case OpCode.setACL:
    case OpCode.multi:
    case OpCode.reconfig:
    case OpCode.createSession:
    case OpCode.closeSession:
      return true;
    default:
      return false;
  }
}

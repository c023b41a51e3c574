import type { ByteReader } from '@quorate/interfaces';
import { writeCreateSessionTxn } from '@quorate/protocol';
import type { ApplyScope } from '../apply/apply-scope.js';
import type { PrepareScope } from '../prepare/prepare-scope.js';
import { sessionIdOf } from '../sessions/session-id.js';
import type { WriteOperation } from './operation.js';

/** createSession: the server's own, when a client connects; the session id is the envelope's. */
export const createSession: WriteOperation = {
  prepare(scope: PrepareScope): number {
    const timeout = scope.body.i32();
    scope.sessions.set(scope.clientHi, scope.clientLo, true, scope.zxid);
    writeCreateSessionTxn(scope.txn, timeout);
    return 0;
  },

  apply(scope: ApplyScope, record: ByteReader): void {
    const { clientHi, clientLo } = scope.header;
    const timeout = record.i32();
    scope.state.sessions.open(clientHi, clientLo, timeout);
    scope.sessionListener?.sessionCreated(sessionIdOf(clientHi, clientLo), timeout);
  },
};

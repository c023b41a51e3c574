import { OpCode, writeMultiEnd, writeMultiError, writeMultiHeader, ZkErrorCode } from '@quorate/protocol';
import { getChildren } from './get-children.js';
import { getData } from './get-data.js';
import type { ReadOperation } from './operation.js';

/** multiRead: each sub-read has its own result or error; none sets a watch (spec §1.7). */
export const multiRead: ReadOperation = {
  execute(scope, body, watcher, out) {
    scope.inMulti = true;
    for (;;) {
      const type = body.i32();
      const done = body.u8() !== 0;
      body.i32();
      if (done) break;
      if (type !== OpCode.getData && type !== OpCode.getChildren) return ZkErrorCode.marshallingError;
      const mark = out.length;
      writeMultiHeader(out, type, false, 0);
      const error = (type === OpCode.getData ? getData : getChildren).execute(scope, body, watcher, out);
      if (error === 0) continue;
      out.rewind(mark);
      writeMultiError(out, error);
    }
    scope.inMulti = false;
    writeMultiEnd(out);
    return 0;
  },
};

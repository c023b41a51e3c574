import { writeWhoAmIResponse } from '@quorate/protocol';
import type { ReadOperation } from './operation.js';

/** whoAmI: every id of the connection. */
export const whoAmI: ReadOperation = {
  execute(scope, _body, watcher, out) {
    const { policy } = scope.state;
    writeWhoAmIResponse(
      out,
      watcher.identity.ids.map((id) => ({ authScheme: id.scheme, user: policy.userName(id) })),
    );
    return 0;
  },
};

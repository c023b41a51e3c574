import { formatZxid, type Zxid } from '@quorate/interfaces';
import type { Ghost, Invariant } from '../ghost.js';

/** A server that begins to serve in an epoch has applied all that was committed when that epoch's leader began to. */
export function upToDateServe(ghost: Ghost): Invariant {
  const floors = new Map<number, Zxid>();
  const serving = new Map<number, string>();
  return {
    name: 'UpToDateServe',
    status(server, status) {
      const { id, incarnation, applied } = server;
      if (!status.serving) {
        serving.delete(id);
        return undefined;
      }
      if (status.role === 'leading' && !floors.has(status.epoch)) floors.set(status.epoch, ghost.lastCommitted);
      const name = `${incarnation}/${status.epoch}`;
      if (serving.get(id) === name) return undefined;
      serving.set(id, name);
      const floor = floors.get(status.epoch);
      if (floor === undefined || applied >= floor) return undefined;
      return `server ${id} serves epoch ${status.epoch} at ${formatZxid(applied)}, its leader began at ${formatZxid(floor)}`;
    },
  };
}

import { formatZxid, type Zxid } from '@quorate/interfaces';
import type { Ghost, Invariant, Operation } from '../ghost.js';
import type { Register } from '../workload/register-machine.js';

interface Stamped extends Register {
  readonly zxid: Zxid;
}

const ABSENT: Register = { value: 0, version: 0 };

/**
 * The committed order respects real time, and every result is what a single register file would have given in that order:
 * txns prepared against the right state (PrimaryIntegrity, CasAtomic), refusals included.
 */
export function linearizableWrites(ghost: Ghost): Invariant {
  const history = new Map<number, Stamped[]>();
  const operations = new Map<string, Operation>();
  let indexed = 0;
  const find = (client: number, sequence: number): Operation | undefined => {
    for (; indexed < ghost.operations.length; indexed++) {
      const operation = ghost.operations[indexed]!;
      operations.set(`${operation.request.client}.${operation.request.sequence}`, operation);
    }
    return operations.get(`${client}.${sequence}`);
  };
  const valueAt = (key: number, zxid: Zxid): Register =>
    history.get(key)?.findLast((entry) => entry.zxid <= zxid) ?? ABSENT;

  return {
    name: 'LinearizableWrites',
    applied(_server, _previous, { zxid, txn }, fresh) {
      if (!fresh) return undefined;
      const operation = find(txn.client, txn.sequence);
      if (operation === undefined)
        return `${formatZxid(zxid)} holds operation ${txn.client}.${txn.sequence}, which nobody asked for`;
      if (zxid <= operation.ackedBefore) {
        return `${formatZxid(zxid)} was asked for when ${formatZxid(operation.ackedBefore)} had been acknowledged`;
      }
      const { kind, key, value, version } = operation.request;
      const old = valueAt(key, zxid);
      const expected = kind === 'add' ? old.value + value : value;
      if (
        txn.key !== key ||
        txn.value !== expected ||
        txn.version !== old.version + 1 ||
        (kind === 'cas' && old.version !== version)
      ) {
        return `${formatZxid(zxid)} sets register ${txn.key} to ${txn.value} (version ${txn.version}); ${kind} ${value} after version ${old.version} gives ${expected}`;
      }
      const entries = history.get(key);
      if (entries === undefined) history.set(key, [{ ...txn, zxid }]);
      else entries.push({ ...txn, zxid });
      return undefined;
    },
    settled({ outcome, request, zxid, ackedBefore }) {
      if (outcome !== 'refused') return undefined;
      if (zxid < ackedBefore)
        return `a refusal speaks of ${formatZxid(zxid)}; ${formatZxid(ackedBefore)} had been acknowledged before it was asked for`;
      const old = valueAt(request.key, zxid);
      if (request.kind === 'cas' && old.version !== request.version) return undefined;
      return `a ${request.kind} of register ${request.key} was refused at ${formatZxid(zxid)}, where its version was ${old.version} as asked`;
    },
  };
}

import { sequenceSuffix } from '@quorate/protocol';
import type { CreateSelector, NodeType } from './node-type.js';

/**
 * Any type, named by the parent's count of creates (spec §2.5, T28).
 * @param selectedBy the requests that ask for it
 */
export function sequential(base: NodeType, selectedBy: readonly CreateSelector[]): NodeType {
  return {
    ...base,
    name: `${base.name}-sequential`,
    selectedBy,
    storedAs: base,
    nameNode: (path, counter) => path + sequenceSuffix(counter),
  };
}

import { CreateMode, OpCode } from '@quorate/protocol';
import { type ContainerOptions, containerType } from './container.js';
import { ephemeral } from './ephemeral.js';
import type { NodeType } from './node-type.js';
import { persistent } from './persistent.js';
import { sequential } from './sequential.js';
import { ttl } from './ttl.js';

const CREATES: readonly number[] = [OpCode.create, OpCode.create2];

/** ZooKeeper's own types. @param options for containers */
export function makeStandardNodeTypes(options: ContainerOptions = {}): readonly NodeType[] {
  const container = containerType(options);
  return [
    persistent,
    sequential(persistent, [{ opcodes: CREATES, flags: [CreateMode.persistentSequential] }]),
    ephemeral,
    sequential(ephemeral, [{ opcodes: CREATES, flags: [CreateMode.ephemeralSequential] }]),
    container,
    sequential(container, [
      {
        opcodes: [OpCode.createContainer],
        flags: [CreateMode.persistentSequential, CreateMode.ephemeralSequential],
      },
    ]),
    ttl,
    sequential(ttl, [{ opcodes: [OpCode.createTTL], flags: [CreateMode.persistentSequentialWithTtl] }]),
  ];
}

/** ZooKeeper's own types, with its defaults. */
export const standardNodeTypes: readonly NodeType[] = makeStandardNodeTypes();

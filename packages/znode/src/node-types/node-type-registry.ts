import { QuorateError } from '@quorate/interfaces';
import { OpCode, ZkErrorCode } from '@quorate/protocol';
import { parentPathOf } from '../tree/path-reader.js';
import type { NodeType } from './node-type.js';

const FIRST_CUSTOM_FLAG = 7;
const MAX_TYPES = 256;
const STANDARD_NAMES: readonly string[] = ['persistent', 'ephemeral', 'container', 'ttl'];
const DEFAULT_OPCODES: readonly number[] = [OpCode.create, OpCode.create2, OpCode.createTTL];

/** How a create is named, and what it makes. */
export interface CreateForm {
  readonly selected: NodeType;
  readonly stored: NodeType;
  readonly storedIndex: number;
}

export interface NodeTypeRegistryOptions {
  readonly extendedTypes?: boolean;
  /** Parent path → name of the type of its children. */
  readonly childTypes?: Readonly<Record<string, string>>;
}

function bad(what: string): never {
  throw new QuorateError('BAD_CONFIG', what);
}

/** Op codes are at most a byte in size where they create; flags are any 32 bits. */
function keyOf(opcode: number, flags: number): number {
  return flags * 256 + opcode;
}

/**
 * The node types of one state machine. Stored types are numbered, ZooKeeper's own first and the others by name, so that
 * all servers with the same set agree on the numbers.
 */
export class NodeTypeRegistry {
  /** Names of the types beyond ZooKeeper's own, sorted. */
  readonly customNames: readonly string[];
  readonly extendedTypes: boolean;
  readonly #stored: NodeType[] = [];
  readonly #indexByName = new Map<string, number>();
  readonly #forms = new Map<number, CreateForm>();
  readonly #disabledFlags = new Set<number>();
  readonly #multiOpcodes = new Map<number, number>();
  readonly #byTxn = new Map<number, number>();
  readonly #children = new Map<string, number>();

  /** @throws QuorateError `BAD_CONFIG` for types that contradict each other */
  constructor(types: readonly NodeType[], options: NodeTypeRegistryOptions = {}) {
    this.extendedTypes = options.extendedTypes ?? true;
    const stored = new Set<NodeType>();
    for (const type of types) stored.add(type.storedAs ?? type);
    this.customNames = [...stored]
      .map((type) => type.name)
      .filter((name) => !STANDARD_NAMES.includes(name))
      .sort();
    for (const name of [...STANDARD_NAMES, ...this.customNames]) {
      for (const type of stored) if (type.name === name) this.#addStored(type);
    }
    if (this.#stored[0]?.name !== 'persistent') bad('nodeTypes has no "persistent": begin with ...standardNodeTypes');
    for (const type of types) this.#addSelectors(type);
    for (const [parent, name] of Object.entries(options.childTypes ?? {})) {
      const index = this.#indexByName.get(name);
      if (index === undefined) bad(`childTypes gives ${parent} the type "${name}", which is not among nodeTypes`);
      this.#children.set(parent, index);
    }
  }

  /** What differs from ZooKeeper's own set, for example ` +lease -ttl`; empty when nothing does. */
  get signature(): string {
    let text = '';
    for (const name of this.customNames) text += ` +${name}`;
    for (const name of STANDARD_NAMES) {
      const index = this.#indexByName.get(name);
      const off = index === undefined || (this.#stored[index]!.extended === true && !this.extendedTypes);
      if (off) text += ` -${name}`;
    }
    return text;
  }

  get count(): number {
    return this.#stored.length;
  }

  /** @param index 0 ≤ index < {@link count} */
  get(index: number): NodeType {
    return this.#stored[index]!;
  }

  indexOf(name: string): number | undefined {
    return this.#indexByName.get(name);
  }

  /** What a create request asks for, or the error code that it gets. */
  select(opcode: number, flags: number): CreateForm | number {
    const form = this.#forms.get(keyOf(opcode, flags));
    if (form !== undefined) return form;
    return this.#disabledFlags.has(flags) ? ZkErrorCode.unimplemented : ZkErrorCode.badArguments;
  }

  /** The same create of a path whose parent may give its children a type. */
  under(path: string, form: CreateForm): CreateForm {
    if (this.#children.size === 0 || form.stored.yieldsToParent !== true) return form;
    const index = this.#children.get(parentPathOf(path));
    return index === undefined ? form : { selected: form.selected, stored: this.#stored[index]!, storedIndex: index };
  }

  /** Which op code a create inside a multi really is (spec §1.7); undefined when the multi cannot be decoded. */
  opcodeInMulti(opcode: number, flags: number): number | undefined {
    if (opcode === OpCode.createTTL) {
      if (this.#forms.has(keyOf(opcode, flags)) || !this.#forms.has(keyOf(OpCode.create, flags))) return opcode;
      return this.#multiOpcodes.get(flags) ?? OpCode.create;
    }
    if (!this.#forms.has(keyOf(opcode, flags))) return undefined;
    return this.#multiOpcodes.get(flags) ?? opcode;
  }

  /** The type that one of ZooKeeper's own create txns makes. */
  ofTxn(txnType: number, ephemeral: boolean): number {
    return this.#byTxn.get(txnType * 2 + (ephemeral ? 1 : 0)) ?? 0;
  }

  #addStored(type: NodeType): void {
    const index = this.#stored.length;
    if (index === MAX_TYPES) bad(`more than ${MAX_TYPES} node types`);
    if (this.#indexByName.has(type.name)) bad(`two node types are named "${type.name}"`);
    if (!/^[A-Za-z0-9+-]+$/.test(type.name))
      bad(`"${type.name}" is no name for a node type: use letters, digits, - and +`);
    this.#stored.push(type);
    this.#indexByName.set(type.name, index);
    for (const txnType of type.txn?.types ?? []) {
      const key = txnType * 2 + (type.txn?.ephemeral === true ? 1 : 0);
      if (this.#byTxn.has(key)) bad(`node type "${type.name}" claims a txn that another has; leave out its field txn`);
      this.#byTxn.set(key, index);
    }
  }

  #addSelectors(type: NodeType): void {
    const stored = type.storedAs ?? type;
    const form: CreateForm = { selected: type, stored, storedIndex: this.#indexByName.get(stored.name)! };
    for (const selector of type.selectedBy) {
      for (const flags of selector.flags) {
        if (flags < FIRST_CUSTOM_FLAG && stored.txn === undefined) {
          bad(`node type "${type.name}" claims flag ${flags}: flags below ${FIRST_CUSTOM_FLAG} are ZooKeeper's own`);
        }
        if (type.extended === true && !this.extendedTypes) {
          this.#disabledFlags.add(flags);
          continue;
        }
        if (selector.multiOpcode !== undefined) this.#multiOpcodes.set(flags, selector.multiOpcode);
        for (const opcode of selector.opcodes ?? DEFAULT_OPCODES) this.#addForm(keyOf(opcode, flags), form, flags);
      }
    }
  }

  #addForm(key: number, form: CreateForm, flags: number): void {
    const other = this.#forms.get(key);
    if (other !== undefined)
      bad(`node types "${other.selected.name}" and "${form.selected.name}" both claim flag ${flags}`);
    this.#forms.set(key, form);
  }
}

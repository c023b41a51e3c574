import { type Acl, OPEN_ACL_UNSAFE } from '@quorate/protocol';

/** Id of `world:anyone:cdrwa`, which nearly every node has. */
export const OPEN_ACL_ID = 0;

function keyOf(acl: readonly Acl[]): string {
  let key = '';
  for (const entry of acl)
    key += `${entry.perms} ${entry.scheme.length} ${entry.scheme}${entry.id.length} ${entry.id},`;
  return key;
}

function hashText(text: string): number {
  let h = 17;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

interface Entry {
  readonly key: string;
  readonly acl: readonly Acl[];
  readonly hash: number;
  uses: number;
}

/** Access control lists shared by the nodes that have the same one, counted so that unused ones go. */
export class AclTable {
  readonly #entries: (Entry | undefined)[] = [];
  readonly #ids = new Map<string, number>();
  readonly #free: number[] = [];
  /** Ids that fell out of use while {@link hold} was on. */
  readonly #held: number[] = [];
  #holding = false;

  constructor() {
    this.retain(OPEN_ACL_UNSAFE);
  }

  /** The id of a list, entered if it is new; one more use of it. */
  retain(acl: readonly Acl[]): number {
    if (acl === OPEN_ACL_UNSAFE && this.#entries.length > 0) return OPEN_ACL_ID;
    const key = keyOf(acl);
    const known = this.#ids.get(key);
    if (known !== undefined) {
      this.#entries[known]!.uses += 1;
      return known;
    }
    const id = this.#free.pop() ?? this.#entries.length;
    const kept = acl === OPEN_ACL_UNSAFE ? acl : Object.freeze([...acl]);
    this.#entries[id] = { key, acl: kept, hash: hashText(key), uses: 1 };
    this.#ids.set(key, id);
    return id;
  }

  /** One use less. */
  release(id: number): void {
    if (id === OPEN_ACL_ID) return;
    const entry = this.#entries[id]!;
    entry.uses -= 1;
    if (entry.uses > 0) return;
    if (this.#holding) this.#held.push(id);
    else this.#drop(id);
  }

  get(id: number): readonly Acl[] {
    return this.#entries[id]!.acl;
  }

  hashOf(id: number): number {
    return this.#entries[id]!.hash;
  }

  /** Ids stay readable, used or not, until {@link unhold}. */
  hold(): void {
    this.#holding = true;
  }

  unhold(): void {
    this.#holding = false;
    for (const id of this.#held) if (this.#entries[id]?.uses === 0) this.#drop(id);
    this.#held.length = 0;
  }

  #drop(id: number): void {
    this.#ids.delete(this.#entries[id]!.key);
    this.#entries[id] = undefined;
    this.#free.push(id);
  }
}

import type { SimFile } from './sim-file.js';

export type Entry = SimFile | SimDirectory;

/** One un-synced change of one name. A rename across directories leaves one with the same `call` in each. */
export interface EntryChange {
  readonly call: number;
  readonly name: string;
  /** Undefined: the name is gone. */
  readonly entry: Entry | undefined;
}

/** A directory twice: as processes see it, and as the disk holds it; between the two, the changes not yet synced. */
export class SimDirectory {
  readonly entries = new Map<string, Entry>();
  readonly durable = new Map<string, Entry>();
  /** Oldest first. */
  changes: EntryChange[] = [];

  set(call: number, name: string, entry: Entry | undefined): void {
    put(this.entries, name, entry);
    this.changes.push({ call, name, entry });
  }

  /** A syncDir ended; `seen` are the changes that had been made when it began. */
  commit(seen: ReadonlySet<EntryChange>): void {
    const later: EntryChange[] = [];
    for (const change of this.changes) {
      if (seen.has(change)) put(this.durable, change.name, change.entry);
      else later.push(change);
    }
    this.changes = later;
  }
}

export function put(entries: Map<string, Entry>, name: string, entry: Entry | undefined): void {
  if (entry === undefined) entries.delete(name);
  else entries.set(name, entry);
}

import type { Prng } from '../prng.js';
import { type Entry, put, SimDirectory } from './sim-directory.js';
import { SimFile, type Survival } from './sim-file.js';

/** Copies a tree as the next process finds it when only the last one died: nothing is lost, nothing new is durable. */
export function imageAfterProcessCrash(root: SimDirectory): SimDirectory {
  const copies = new Map<Entry, Entry>();
  const copyOf = (entry: Entry): Entry => {
    const known = copies.get(entry);
    if (known !== undefined) return known;
    const copy = entry instanceof SimFile ? entry.afterProcessCrash() : new SimDirectory();
    copies.set(entry, copy);
    if (entry instanceof SimDirectory && copy instanceof SimDirectory) {
      for (const [name, child] of entry.entries) copy.entries.set(name, copyOf(child));
      for (const [name, child] of entry.durable) copy.durable.set(name, copyOf(child));
      copy.changes = entry.changes.map((change) => ({
        ...change,
        entry: change.entry === undefined ? undefined : copyOf(change.entry),
      }));
    }
    return copy;
  };
  return copyOf(root) as SimDirectory;
}

/** Copies a tree as one power loss may leave it: each un-synced call survives or not, each un-synced sector survives or not. */
export function imageAfterPowerLoss(root: SimDirectory, survival: Survival, random: Prng): SimDirectory {
  const copies = new Map<Entry, Entry>();
  const fates = new Map<number, boolean>();
  const survives = (call: number): boolean => {
    const known = fates.get(call);
    if (known !== undefined) return known;
    const fate = random.chance(survival.entriesIn16, 16);
    fates.set(call, fate);
    return fate;
  };
  const copyOf = (entry: Entry): Entry => {
    const known = copies.get(entry);
    if (known !== undefined) return known;
    if (entry instanceof SimFile) {
      const file = entry.afterPowerLoss(survival, random);
      copies.set(entry, file);
      return file;
    }
    const copy = new SimDirectory();
    copies.set(entry, copy);
    const left = new Map(entry.durable);
    for (const change of entry.changes) if (survives(change.call)) put(left, change.name, change.entry);
    for (const [name, child] of left) {
      const kept = copyOf(child);
      copy.entries.set(name, kept);
      copy.durable.set(name, kept);
    }
    return copy;
  };
  return copyOf(root) as SimDirectory;
}

import { type Acl, OPEN_ACL_UNSAFE, Perms } from '@quorate/protocol';
import type { AuthId } from '../api.js';
import { type AclScheme, standardAclSchemes } from './acl-schemes.js';

export interface AclPolicyOptions {
  /** Schemes beside `world`, `auth` and `super`. Default: ip and digest. */
  readonly schemes?: readonly AclScheme[] | undefined;
  /** A digest id that passes every check, for example `super:D/InIHSb7yEEbrWz8b9l71RjZJU=`. */
  readonly superDigest?: string | undefined;
  /** No checks at all (`zookeeper.skipACL=yes`). */
  readonly skipAcl?: boolean | undefined;
}

/** Who may do what (spec §1.11). */
export class AclPolicy {
  readonly #schemes = new Map<string, AclScheme>();
  readonly #superDigest: string | undefined;
  readonly #skip: boolean;

  constructor(options: AclPolicyOptions = {}) {
    for (const scheme of options.schemes ?? standardAclSchemes) this.#schemes.set(scheme.scheme, scheme);
    this.#superDigest = options.superDigest;
    this.#skip = options.skipAcl ?? false;
  }

  /** Whether a check of this list and these permissions needs no look at who asks. */
  isOpen(acl: readonly Acl[]): boolean {
    return acl === OPEN_ACL_UNSAFE || this.#skip || acl.length === 0;
  }

  /** @param perms one or more bits of `Perms`, of which any suffices */
  allows(acl: readonly Acl[], perms: number, ids: readonly AuthId[]): boolean {
    if (this.isOpen(acl)) return true;
    for (const id of ids) if (this.#isSuper(id)) return true;
    for (const entry of acl) {
      if ((entry.perms & perms) === 0) continue;
      if (entry.scheme === 'world' && entry.id === 'anyone') return true;
      const scheme = this.#schemes.get(entry.scheme);
      if (scheme === undefined) continue;
      for (const id of ids) if (id.scheme === entry.scheme && scheme.matches(id.id, entry.id)) return true;
    }
    return false;
  }

  /**
   * What is stored of a list that a client sent: duplicates gone, `auth` expanded in the order of the connection's ids.
   * @returns undefined when it is InvalidACL
   */
  fixup(acl: readonly Acl[] | null, ids: () => readonly AuthId[]): readonly Acl[] | undefined {
    if (acl === OPEN_ACL_UNSAFE) return acl;
    if (acl === null || acl.length === 0) return undefined;
    const fixed: Acl[] = [];
    for (const entry of acl) if (!this.#fixupEntry(entry, ids, fixed)) return undefined;
    return fixed;
  }

  /** What whoAmI shows of an id; empty for schemes without a provider. */
  userName(id: AuthId): string {
    return this.#schemes.get(id.scheme)?.userName(id.id) ?? '';
  }

  /** A list as getACL shows it to who may not administer: without digests (T67). */
  mask(acl: readonly Acl[]): readonly Acl[] {
    return acl.map((entry) =>
      entry.scheme === 'digest'
        ? { perms: entry.perms, scheme: entry.scheme, id: `${entry.id.split(':', 1)[0]}:x` }
        : entry,
    );
  }

  #isSuper(id: AuthId): boolean {
    if (id.scheme === 'super') return true;
    return this.#superDigest !== undefined && id.scheme === 'digest' && id.id === this.#superDigest;
  }

  #fixupEntry(entry: Acl, ids: () => readonly AuthId[], fixed: Acl[]): boolean {
    if (entry.scheme === 'world') {
      if (entry.id !== 'anyone') return false;
      addOnce(fixed, entry);
      return true;
    }
    if (entry.scheme === 'auth') {
      let found = false;
      for (const id of ids()) {
        if (this.#schemes.get(id.scheme)?.isAuthenticated !== true) continue;
        addOnce(fixed, { perms: entry.perms, scheme: id.scheme, id: id.id });
        found = true;
      }
      return found;
    }
    if (this.#schemes.get(entry.scheme)?.isValid(entry.id) !== true) return false;
    addOnce(fixed, entry);
    return true;
  }
}

function addOnce(list: Acl[], entry: Acl): void {
  for (const have of list) {
    if (have.perms === entry.perms && have.scheme === entry.scheme && have.id === entry.id) return;
  }
  list.push(entry);
}

/** Either permission lets one read an ACL (spec §2.3, getACL). */
export const READ_OR_ADMIN: number = Perms.read | Perms.admin;

import { inRange, parseAddress, parseRange } from './ip-address.js';

/** How one authentication scheme appears in ACLs (spec §1.11). */
export interface AclScheme {
  readonly scheme: string;
  /** Whether `id` may stand in an ACL. */
  isValid(id: string): boolean;
  /** Whether a connection's id of this scheme is meant by an ACL's. */
  matches(id: string, aclId: string): boolean;
  /** Whether `auth` in an ACL expands to ids of this scheme (T65). */
  readonly isAuthenticated: boolean;
  /** What whoAmI shows of an id. */
  userName(id: string): string;
}

function equal(id: string, aclId: string): boolean {
  return id === aclId;
}

function whole(id: string): string {
  return id;
}

export const ipScheme: AclScheme = {
  scheme: 'ip',
  isValid: (id) => parseRange(id) !== undefined,
  matches(id, aclId) {
    const address = parseAddress(id);
    const range = parseRange(aclId);
    return address !== undefined && range !== undefined && inRange(address, range);
  },
  isAuthenticated: false,
  userName: whole,
};

export const digestScheme: AclScheme = {
  scheme: 'digest',
  isValid: (id) => /^[^:]*:[^:]+:*$/.test(id),
  matches: equal,
  isAuthenticated: true,
  userName: (id) => id.split(':', 1)[0]!,
};

/** For servers that take client certificates; not among the standard ones. */
export const x509Scheme: AclScheme = {
  scheme: 'x509',
  isValid: (id) => id.length > 0,
  matches: equal,
  isAuthenticated: true,
  userName: whole,
};

/** For servers that speak SASL; not among the standard ones. */
export const saslScheme: AclScheme = {
  scheme: 'sasl',
  isValid: (id) => id.length > 0,
  matches: (id, aclId) => id === aclId || id === 'super',
  isAuthenticated: true,
  userName: whole,
};

/** What a stock server registers by itself. */
export const standardAclSchemes: readonly AclScheme[] = [ipScheme, digestScheme];

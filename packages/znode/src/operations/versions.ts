/** The version after this one: 32 bits that wrap around and skip -1, which means "any" in requests (T35). */
export function nextVersion(version: number): number {
  const next = (version + 1) | 0;
  return next === -1 ? 0 : next;
}

/** Whether a request's version fits: -1 fits any. */
export function fits(wanted: number, actual: number): boolean {
  return wanted === -1 || wanted === actual;
}

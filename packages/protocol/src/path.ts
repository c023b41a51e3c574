const SLASH = 0x2f;
const DOT = 0x2e;

function isIllegal(unit: number): boolean {
  if (unit < 0x20) return true;
  if (unit < 0x7f) return false;
  return unit <= 0x9f || (unit >= 0xd800 && unit <= 0xf8ff) || unit >= 0xfff0;
}

function isDots(path: string, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 1 && length !== 2) return false;
  return path.charCodeAt(start) === DOT && path.charCodeAt(end - 1) === DOT;
}

/**
 * ZooKeeper's rules for a path (spec §2.2). Clients validate a sequential create's path with a digit appended.
 * @returns what is wrong with it, undefined when it is right
 */
export function validatePath(path: string | null): string | undefined {
  if (path === null) return 'the path is null';
  const length = path.length;
  if (length === 0) return 'the path is empty';
  if (path.charCodeAt(0) !== SLASH) return `path "${path}" must begin with /`;
  if (length === 1) return undefined;
  if (path.charCodeAt(length - 1) === SLASH) return `path "${path}" must not end with /`;
  let start = 1;
  for (let i = 1; i <= length; i++) {
    const unit = i === length ? SLASH : path.charCodeAt(i);
    if (unit === SLASH) {
      if (i === start) return `path has an empty part at index ${i}`;
      if (isDots(path, start, i)) return `path has a "." or ".." part at index ${start}`;
      start = i + 1;
    } else if (isIllegal(unit)) {
      return `path has the illegal character U+${unit.toString(16).padStart(4, '0')} at index ${i}`;
    }
  }
  return undefined;
}

/** The path one level up: `/` of `/a`, and the empty string of `/` or of what has no slash. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash > 0) return path.slice(0, slash);
  return slash === 0 && path.length > 1 ? '/' : '';
}

/** The last part of a path; the empty string of `/`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The suffix of a sequential node: ten digits, or a minus sign and at least nine (spec §2.5). @param n taken as a signed 32-bit integer */
export function sequenceSuffix(n: number): string {
  const value = n | 0;
  if (value >= 0) return String(value).padStart(10, '0');
  return `-${String(-value).padStart(9, '0')}`;
}

/** A value that is not legal, in words: what is legal. */
export class Illegal {
  readonly legal: string;

  constructor(legal: string) {
    this.legal = legal;
  }
}

export type Parse<T> = (value: string) => T | Illegal;

/** A whole number in a range. @param unit for people, with a blank before it */
export function whole(min: number, max: number, unit = ''): Parse<number> {
  const legal =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number${unit}, at least ${min}`
      : `a whole number${unit} from ${min} to ${max}`;
  return (value) => {
    const number = /^[+-]?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : new Illegal(legal);
  };
}

export function oneOf<T extends string>(...values: readonly T[]): Parse<T> {
  return (value) => values.find((candidate) => candidate === value.toLowerCase()) ?? new Illegal(values.join(' or '));
}

/** Case does not matter, as in Java. */
export const bool: Parse<boolean> = (value) => {
  const lower = value.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : new Illegal('true or false');
};

export function text(legal: string): Parse<string> {
  return (value) => (value === '' ? new Illegal(legal) : value);
}

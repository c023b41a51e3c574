/** Folds what happened, in order, into 32 bits: equal traces prove that two runs were the same. */
export class Trace {
  #hash = 0x811c9dc5;
  #count = 0;

  /** @param value an integer below 2^53 */
  add(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), 0x01000193);
    this.#hash = Math.imul(this.#hash ^ Math.floor(value / 2 ** 32), 0x01000193) ^ (this.#hash >>> 15);
    this.#count += 1;
  }

  addText(text: string): void {
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i));
  }

  get count(): number {
    return this.#count;
  }

  get hash(): number {
    return this.#hash >>> 0;
  }
}

/**
 * Whole numbers from 0 to 2^32 - 1 in two bytes each, as long as all of them fit.
 *
 * Groups, rows, handles and versions of a node are small numbers nearly always, and they are most of what a node in a
 * large federation holds.
 *
 * @module
 */

const NARROW_MAX = 0xffff;
/** Below this a new array costs more than the numbers in it. */
const FEW = 256;

/** An array of numbers that becomes twice as wide when a number asks for it. */
export class NarrowNumbers {
  #numbers: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> = new Uint16Array(0);

  /** Numbers in the array. */
  get length(): number {
    return this.#numbers.length;
  }

  /** The number at a place; 0 beyond the end. */
  get(at: number): number {
    return this.#numbers[at] ?? 0;
  }

  /** Writes a number; beyond the end it is lost. */
  set(at: number, value: number): void {
    if (value > NARROW_MAX) this.#widen();
    this.#numbers[at] = value;
  }

  /** Cuts numbers off at the end, or adds zeros there. */
  resize(length: number): void {
    const before = this.#numbers;
    const after = before instanceof Uint16Array ? new Uint16Array(length) : new Uint32Array(length);
    after.set(length < before.length ? before.subarray(0, length) : before);
    this.#numbers = after;
  }

  /** Makes room for `length` numbers, and when it must grow for more: twice as many when they are few, else half. */
  reserve(length: number, least: number): void {
    if (length > this.#numbers.length) {
      const more = length < FEW ? length : length >>> 1;
      this.resize(Math.max(least, length + more));
    }
  }

  #widen(): void {
    if (this.#numbers instanceof Uint16Array) this.#numbers = new Uint32Array(this.#numbers);
  }
}

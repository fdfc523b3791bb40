const FIRST_BYTES = 1024;

/** A set of line numbers, one bit for each line of the list: a million lines take 125 kB, whichever of them are in it. */
export class LineSet {
  #bits = new Uint8Array(FIRST_BYTES);

  add(line: number): void {
    const at = line >>> 3;
    if (at >= this.#bits.length) {
      const longer = new Uint8Array(Math.max(at + 1, 2 * this.#bits.length));
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (line & 7));
  }

  has(line: number): boolean {
    return ((this.#bits[line >>> 3] ?? 0) & (1 << (line & 7))) !== 0;
  }
}

const LF = 10;
const CR = 13;

/** Where the last physical line that is known to be whole ends; 0 when none is. A CR at the very end may be half of a CRLF. */
export function endOfLastLine(text: Buffer): number {
  const lf = text.lastIndexOf(LF);
  const cr = text.length < 2 ? -1 : text.lastIndexOf(CR, text.length - 2);
  return Math.max(lf, cr) + 1;
}

/** The first physical line without its end, and its length with it. */
export function firstLine(text: Buffer): { readonly text: string; readonly bytes: number } {
  const end = text.findIndex((byte) => byte === LF || byte === CR);
  if (end < 0) return { text: text.toString(), bytes: text.length };
  const isCrlf = text[end] === CR && text[end + 1] === LF;
  return { text: text.toString('utf8', 0, end), bytes: end + (isCrlf ? 2 : 1) };
}

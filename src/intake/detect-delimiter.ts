const CANDIDATES = [',', ';', '\t'] as const;
const LINES = 10;

/**
 * The delimiter of the first lines, quotes respected: the one that most lines hold as often as the first line does, since the free text
 * of a note may be full of commas. A first line without any is one column; a tab is what its cells are least likely to hold.
 */
export function detectDelimiter(text: string): string {
  const lines = firstLines(text);
  const scores = CANDIDATES.map((candidate) => {
    const counts = lines.map((line) => line.get(candidate) ?? 0);
    const inFirst = counts[0] ?? 0;
    return { candidate, inFirst, alike: inFirst === 0 ? 0 : counts.filter((count) => count === inFirst).length };
  });
  const [best] = scores.toSorted((a, b) => b.alike - a.alike || b.inFirst - a.inFirst);
  return best === undefined || best.inFirst === 0 ? '\t' : best.candidate;
}

/** How often each character stands outside of quotes, for each of the first lines that are not blank. */
function firstLines(text: string): readonly ReadonlyMap<string, number>[] {
  const lines: Map<string, number>[] = [];
  let line = new Map<string, number>();
  let isQuoted = false;
  let openedAt = 0;
  let before = '\n';
  for (let at = 0; at <= text.length; at += 1) {
    const char = text[at] ?? '\n';
    const isAtStart = before === '\n' || before === '\r' || CANDIDATES.some((candidate) => candidate === before);
    // A quote at the start of a cell opens it, a second one behind a closing quote opens it again; inside a cell it is text.
    if (char === '"') {
      isQuoted = !isQuoted && (isAtStart || before === '"');
      if (isQuoted && isAtStart) openedAt = at;
    }
    if (!isQuoted && (char === '\n' || char === '\r')) {
      if (line.size > 0 && lines.push(line) === LINES) return lines;
      line = new Map();
    } else if (!isQuoted) line.set(char, (line.get(char) ?? 0) + 1);
    before = char;
  }
  if (!isQuoted) return lines;
  // A quote that is never closed hides no more than its own line.
  const lineEnd = text.slice(openedAt).search(/[\r\n]/);
  return lineEnd < 0 ? lines : [...lines, ...firstLines(text.slice(openedAt + lineEnd))];
}

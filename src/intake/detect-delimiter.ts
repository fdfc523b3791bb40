const CANDIDATES = [',', ';', '\t'] as const;
const LINES = 5;

/** The delimiter that the first lines use most, outside of quotes; a comma when there is none. */
export function detectDelimiter(text: string): string {
  const counts = new Map<string, number>(CANDIDATES.map((candidate) => [candidate, 0]));
  let isQuoted = false;
  let lines = 0;
  for (const char of text.slice(0, 16_384)) {
    if (char === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (char === '\n' && (lines += 1) === LINES) break;
    const count = counts.get(char);
    if (count !== undefined) counts.set(char, count + 1);
  }
  return CANDIDATES.reduce((best, candidate) => ((counts.get(candidate) ?? 0) > (counts.get(best) ?? 0) ? candidate : best));
}

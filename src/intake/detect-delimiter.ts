const CANDIDATES = [',', ';', '\t'] as const;

/**
 * The delimiter that the first line with any of them uses most, outside of quotes: a header decides, free text below it does not.
 * A list whose first line has none is one column; a tab is what its cells are least likely to hold.
 */
export function detectDelimiter(text: string): string {
  const bare = text.slice(0, 16_384).replaceAll(/"(?:[^"]|"")*"/g, 'quoted');
  const [first = ''] = bare.replace(/^[\r\n]+/, '').split(/[\r\n]/, 1);
  const counts = CANDIDATES.map((candidate) => first.split(candidate).length - 1);
  const most = Math.max(...counts);
  return most === 0 ? '\t' : (CANDIDATES[counts.indexOf(most)] ?? ',');
}

/** The characters that HTML has names for. */
const HTML_NAMES: Readonly<Record<string, string>> = { '"': 'quot', '&': 'amp', "'": 'apos', '<': 'lt', '>': 'gt' };

/** A pattern for this text with every character plain or escaped: for JSON (once or twice), for URLs, for HTML. */
export function spelledAnyhow(text: string): string {
  return Array.from(text, spellings).join('');
}

function spellings(char: string): string {
  const units = Array.from({ length: char.length }, (_, index) => `\\\\{1,3}u${hex(char.charCodeAt(index).toString(16).padStart(4, '0'))}`);
  const bytes = [...Buffer.from(char)].map((byte) => `%(?:25)?${hex(byte.toString(16).padStart(2, '0'))}`);
  const code = char.codePointAt(0) ?? 0;
  const name = HTML_NAMES[char];
  return `(?:${[
    units.join(''),
    bytes.join(''),
    `&#(?:0*${code}|[xX]0*${hex(code.toString(16))});`,
    ...(name === undefined ? [] : [`&${name};`]),
    ...(char === ' ' ? ['\\+'] : []),
    ...(code < 128 ? [] : misread(char)),
    // Last: an escape may begin with the character itself (% and %25, & and &amp;), and would be left in part.
    plain(char),
  ].join('|')})`;
}

/** As it is, behind the backslashes of JSON where JSON puts some. */
function plain(char: string): string {
  if (char === '\\') return '\\\\{1,4}';
  return char === '"' || char === '/' ? `\\\\{0,3}${RegExp.escape(char)}` : RegExp.escape(char);
}

/** What a wrong charset makes of it: UTF-8 read as Latin-1, and the other way round. */
function misread(char: string): readonly string[] {
  return [RegExp.escape(Buffer.from(char).toString('latin1')), '\\ufffd'];
}

/** Hexadecimal digits in either case. */
function hex(digits: string): string {
  return digits.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

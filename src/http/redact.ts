import { SHORTEST_SECRET } from '../domain/shortest-secret.ts';
import { spelledAnyhow } from './spellings.ts';

/** Removes known secrets, by value, from a text before it is journaled, audited or shown. */
export type Redact = (text: string) => string;

/** A redactor for these secrets (settings refuse shorter ones than SHORTEST_SECRET): in clear, escaped for JSON, URLs or HTML, and wherever they stand in a Base64 text (Basic credentials). */
export function createRedactor(secrets: readonly string[]): Redact {
  const forms = [...new Set(secrets)]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // A secret that begins with another one must be tried first.
    .toSorted((a, b) => b.length - a.length)
    .flatMap((secret) => [spelledAnyhow(secret), ...[0, 1, 2].map((offset) => insideBase64(secret, offset))]);
  if (forms.length === 0) return (text) => text;
  const pattern = new RegExp(forms.join('|'), 'g');
  return (text) => text.replace(pattern, '***');
}

/** Characters of Base64 before the first one that only the secret decides, by how many bytes (modulo 3) stand before it. */
const UNSURE = [0, 2, 3] as const;

/** The secret in a Base64 text, behind `offset` other bytes (modulo 3). The characters it shares with its neighbours go too. */
function insideBase64(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const sure = bytes.toString('base64').slice(UNSURE[offset], Math.floor((bytes.length * 8) / 6));
  const shared = '[\\w+/-]?';
  const spelled = Array.from(sure, (char) =>
    char === '+' ? `(?:-|${spelledAnyhow(char)})` : char === '/' ? `(?:_|${spelledAnyhow(char)})` : char,
  );
  return `${offset === 0 ? '' : shared}${spelled.join('')}${bytes.length % 3 === 0 ? '' : shared}`;
}

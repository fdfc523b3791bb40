/** Removes known secrets, by value, from a text before it is journaled, audited or shown. */
export type Redact = (text: string) => string;

/** Shorter values would blank out ordinary words. */
const SHORTEST_SECRET = 6;

/** A redactor for these secrets, in clear, URL-encoded and Base64 form (Basic credentials). */
export function createRedactor(secrets: readonly string[]): Redact {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    .toSorted((a, b) => b.length - a.length);
  if (forms.length === 0) return (text) => text;
  const pattern = new RegExp([...new Set(forms)].map((form) => RegExp.escape(form)).join('|'), 'g');
  return (text) => text.replace(pattern, '***');
}

/** What the server said, on one line. knex puts the whole statement before it. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^.* - /s, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

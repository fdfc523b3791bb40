import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A secret by the name of its setting. */
export type Secrets = Readonly<Record<string, string>>;

/** Where something was found that must be nowhere: `place: setting as form`. */
export function leaksIn(place: string, content: string | Buffer, secrets: Secrets): readonly string[] {
  const bytes = Buffer.from(content);
  return Object.entries(secrets).flatMap(([name, secret]) =>
    differentForms(secret).flatMap(([form, text]) => {
      const at = bytes.indexOf(text);
      return at < 0 ? [] : [`${place}: ${name} as ${form}: …${bytes.subarray(Math.max(0, at - 60), at + 60).toString()}…`];
    }),
  );
}

const known = new Map<string, readonly (readonly [form: string, text: Buffer])[]>();

/** Each text once: a plain secret looks the same in most forms, and a database has many values to search. */
function differentForms(secret: string): readonly (readonly [form: string, text: Buffer])[] {
  const forms =
    known.get(secret) ??
    [...new Map(Object.entries(formsOf(secret)).map(([form, text]) => [text, form]))].map(
      ([text, form]) => [form, Buffer.from(text)] as const,
    );
  known.set(secret, forms);
  return forms;
}

/** Every file below the folder, byte by byte. */
export function leaksInFiles(folder: string, secrets: Secrets): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .flatMap(({ parentPath, name }) => leaksIn(name, readFileSync(join(parentPath, name)), secrets));
}

/** Every column of every row of every table. */
export function leaksInDatabase(file: string, secrets: Secrets): readonly string[] {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    return db
      .prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`)
      .all()
      .map(({ name }) => String(name))
      .flatMap((table) =>
        db
          .prepare(`SELECT * FROM "${table}"`)
          .all()
          .flatMap(Object.entries)
          .flatMap(([column, value]) => (typeof value === 'string' ? leaksIn(`${table}.${column}`, value, secrets) : [])),
      );
  } finally {
    db.close();
  }
}

/** Ways to write a secret down that a reader can undo. */
export function formsOf(secret: string): Readonly<Record<string, string>> {
  const json = JSON.stringify(secret).slice(1, -1);
  return {
    plain: secret,
    JSON: json,
    'JSON in JSON': JSON.stringify(json).slice(1, -1),
    'JSON with slashes escaped': json.replaceAll('/', '\\/'),
    'JSON in ASCII': json.replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
    'URL part': encodeURIComponent(secret),
    'form field': new URLSearchParams({ secret }).toString().slice('secret='.length),
    HTML: secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    // Behind zero, one and two other bytes: only what the secret alone decides.
    ...Object.fromEntries(
      ['', 'x', 'xy'].map((before) => {
        const sureBits = (before.length + Buffer.byteLength(secret)) * 8;
        const text = Buffer.from(`${before}${secret}`).toString('base64');
        return [`Base64 behind ${before.length} bytes`, text.slice(Math.ceil((before.length * 8) / 6), Math.floor(sureBits / 6))];
      }),
    ),
  };
}

import { Readable } from 'node:stream';

import type { ListRow } from '../../src/domain/list-row.ts';
import { parseColumnOptions } from '../../src/intake/columns.ts';
import { openListFile, readList, type ListSource } from '../../src/intake/read-list.ts';

/** Three SIMs of the sandbox. */
export const A = '89883030000000000015';
export const B = '89883030000000000023';
export const C = '89883030000000000031';

/** Bytes as a list, handed over in chunks of so many bytes. */
export function listOf(bytes: string | Uint8Array, chunk = Number.MAX_SAFE_INTEGER): ListSource {
  const all = Buffer.from(bytes as string);
  const chunks: Buffer[] = [];
  for (let at = 0; at < all.length; at += chunk) chunks.push(all.subarray(at, at + chunk));
  return { name: 'list.csv', stream: Readable.from(chunks) };
}

/** The whole list in memory. */
export async function readAll(source: ListSource, ...columns: readonly string[]) {
  const list = await readList(source, parseColumnOptions(columns));
  const rows: ListRow[] = [];
  for await (const page of list.rows) rows.push(...page);
  return { name: list.name, columns: list.columns, rows };
}

export const readText = (text: string | Uint8Array, ...columns: readonly string[]) => readAll(listOf(text), ...columns);

export const readFixture = (name: string, ...columns: readonly string[]) => readAll(openListFile(`fixtures/csv/${name}`), ...columns);

/** What most tests look at. */
export const brief = ({ line, iccid, values, problem }: ListRow) => [line, iccid, values, problem?.code ?? null];

export const where = ({ line, iccid, problem }: ListRow) => [line, iccid, problem?.code ?? null];

/** A list whose line 5002 opens a quote that is never closed. */
export const longList = (): string => `iccid,note\n${`${A},x\n`.repeat(5000)}${C},"open\n${`${B},y\n`.repeat(8000)}`;

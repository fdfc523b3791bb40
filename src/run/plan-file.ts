import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, open, rename, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

import { z } from 'zod';

import { PondBulkError } from '../domain/errors.ts';
import type { ChangeRequest } from '../domain/change-request.ts';
import { fileProblem } from '../domain/file-problem.ts';
import type { Iccid } from '../domain/iccid.ts';
import type { List, ListRow } from '../domain/list-row.ts';
import type { Expected } from './expectation.ts';
import type { Validation } from './validate.ts';

/** The form of the file; another number is another form. */
const FORM = 1;

/** What a saved plan says of itself. */
export interface PlanHeader {
  readonly form: number;
  /** A plan is used once: this is its name. */
  readonly id: string;
  /** `yyyy-MM-ddTHH:mm:ss.sssZ`. */
  readonly createdAt: string;
  /** Server and database, or the file, it was made on. */
  readonly database: string;
  readonly operator: string;
  readonly command: 'assign-customer' | 'change-rate-plan';
  /** As it was typed, for people. */
  readonly commandLine: string;
  readonly request: ChangeRequest;
  /** `--provider` by id; null when it was not given. */
  readonly providerId: number | null;
  readonly list: string;
  readonly columns: readonly string[];
}

/** A plan read back: its rows as a list, and what each must find. */
export interface SavedPlan {
  readonly header: PlanHeader;
  readonly rows: number;
  readonly planned: number;
  readonly list: List;
  readonly expectedOf: (line: number) => Expected | undefined;
}

const stateSchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
const rowSchema = z.object({
  row: z.object({
    line: z.number().int(),
    iccid: z.string().nullable(),
    phoneNumber: z.string().nullable(),
    key: z.string(),
    values: z.record(z.string(), z.string()),
    problem: z.object({ code: z.string(), message: z.string(), hint: z.string(), column: z.string() }).nullable(),
    cells: z.array(z.string()),
  }),
  plan: z.object({ before: stateSchema, after: stateSchema }).nullable(),
});
const headerSchema = z.object({
  form: z.literal(FORM),
  id: z.string(),
  createdAt: z.string(),
  database: z.string(),
  operator: z.string(),
  command: z.enum(['assign-customer', 'change-rate-plan']),
  commandLine: z.string(),
  request: z.looseObject({ kind: z.string() }),
  providerId: z.number().nullable(),
  list: z.string(),
  columns: z.array(z.string()),
});
const sealSchema = z.object({ rows: z.number(), sha256: z.string() });

/** Writes a plan: the header, a line for each row, and a seal over all of it. All of it, or nothing. Rejects with PondBulkError (config) when it cannot be written. */
export async function writePlan(path: string, header: Omit<PlanHeader, 'form'>, { list, judge }: Validation): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    const file = await open(partial, 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      const write = async (text: string): Promise<void> => {
        hash.update(text);
        await file.write(text);
      };
      await write(`${JSON.stringify({ form: FORM, ...header })}\n`);
      let rows = 0;
      for await (const page of list.facts()) {
        const lines = page.map((facts) => {
          const verdict = judge(facts);
          const { line, iccid, phoneNumber, key, values, problem } = facts;
          const row = { line, iccid, phoneNumber, key, values, problem, cells: JSON.parse(facts.cellsJson) as unknown };
          const plan = verdict.status === 'PLANNED' ? { before: verdict.change.before, after: verdict.after } : null;
          return `${JSON.stringify({ row, plan })}\n`;
        });
        rows += page.length;
        await write(lines.join(''));
      }
      await file.write(`${JSON.stringify({ rows, sha256: hash.digest('hex') })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    if (cause instanceof PondBulkError) throw cause;
    throw new PondBulkError('config', 'PLAN_UNWRITABLE', `The plan ${path} cannot be written: ${fileProblem(cause)}`, { cause });
  }
}

/** Reads a plan back. Rejects with PondBulkError: (config) when there is none, (plan) when it is no whole, untouched plan of ours. */
export async function readPlan(path: string): Promise<SavedPlan> {
  await requireFile(path).catch((cause: unknown) => {
    throw new PondBulkError('config', 'PLAN_UNREADABLE', `The plan ${path} cannot be read: ${fileProblem(cause)}`, { cause });
  });
  const hash = createHash('sha256');
  const expected = new Map<number, Expected>();
  const rows: ListRow[] = [];
  let header: PlanHeader | null = null;
  let last = '';
  const take = (text: string): void => {
    hash.update(`${text}\n`);
    if (header === null) header = parsed(headerSchema, text, path) as unknown as PlanHeader;
    else {
      const { row, plan } = parsed(rowSchema, text, path);
      rows.push(listRowOf(row));
      if (plan !== null) expected.set(row.line, { ...plan, refusal: null });
    }
  };
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (last !== '') take(last);
    last = line;
  }
  const seal = parsed(sealSchema, last, path);
  const found = header as PlanHeader | null;
  if (found === null || seal.rows !== rows.length || seal.sha256 !== hash.digest('hex')) throw changed(path);
  const { list, columns } = found;
  return {
    header: found,
    rows: rows.length,
    planned: expected.size,
    list: { name: list, columns, rows: pagesOf(rows) },
    expectedOf: (line) => expected.get(line),
  };
}

/** A folder can be opened too, and fails only when it is read. */
async function requireFile(path: string): Promise<void> {
  if ((await stat(path)).isDirectory()) throw new Error('it is a folder');
  await access(path, constants.R_OK);
}

const ROWS_PER_PAGE = 1000;

// oxlint-disable-next-line typescript/require-await -- a list is read as it comes
async function* pagesOf(rows: readonly ListRow[]): AsyncGenerator<readonly ListRow[]> {
  for (let at = 0; at < rows.length; at += ROWS_PER_PAGE) yield rows.slice(at, at + ROWS_PER_PAGE);
}

/** The seal tells that it is what we wrote: what the schema does not check further. */
function listRowOf(row: z.output<typeof rowSchema>['row']): ListRow {
  return { ...row, iccid: row.iccid as Iccid | null, problem: row.problem as ListRow['problem'], luhnFails: false };
}

function parsed<T extends z.ZodType>(schema: T, text: string, path: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw changed(path);
  }
}

function changed(path: string): PondBulkError {
  return new PondBulkError(
    'plan',
    'PLAN_CHANGED',
    `${path} is not a whole, unchanged plan of pond-bulk: save it anew with --dry-run --out`,
  );
}

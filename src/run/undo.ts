import type { DoneRow } from '../domain/done-row.ts';
import { parseIccid } from '../domain/iccid.ts';
import type { List, ListRow, RowValues } from '../domain/list-row.ts';
import type { RowResult } from '../domain/result.ts';
import type { Expected } from './expectation.ts';
import { wayBack, type Surroundings } from './way-back.ts';

/** The way back of what a run applied: a list of its devices with what they had before, and what each must still hold. */
export interface Undo {
  readonly list: List;
  readonly rows: number;
  readonly expectedOf: (line: number) => Expected | undefined;
}

/** Reads how the rows of a run ended. Rows that it did not change are not part of it. */
export async function undoOf(done: AsyncIterable<DoneRow>, surroundings: Surroundings): Promise<Undo> {
  const { run } = surroundings;
  const rows: ListRow[] = [];
  const expected = new Map<number, Expected>();
  for await (const row of done) {
    const { result } = row;
    const back = wayBack(row, surroundings);
    if (back === null) continue;
    const held = { before: result.after ?? {}, device: row.change?.device };
    if ('refusal' in back) expected.set(result.line, { ...held, after: null, refusal: back.refusal });
    else expected.set(result.line, { ...held, after: back.after, refusal: null, undoing: back.undoing });
    rows.push(listRow(result, 'refusal' in back ? {} : back.values));
  }
  return {
    list: { name: `run ${run.id}`, columns: run.columns, rows: pages(rows) },
    rows: rows.length,
    expectedOf: (line) => expected.get(line),
  };
}

function listRow({ line, iccid, phoneNumber, cells }: RowResult, values: RowValues): ListRow {
  const parsed = parseIccid(iccid);
  return {
    line,
    iccid: parsed.ok ? parsed.iccid : null,
    phoneNumber,
    key: iccid,
    values,
    problem: null,
    luhnFails: false,
    cells,
  };
}

const ROWS_PER_PAGE = 1000;

// oxlint-disable-next-line typescript/require-await -- a list is read as it comes
async function* pages(rows: readonly ListRow[]): AsyncGenerator<readonly ListRow[]> {
  for (let at = 0; at < rows.length; at += ROWS_PER_PAGE) yield rows.slice(at, at + ROWS_PER_PAGE);
}

import { describe, expect, test } from 'vitest';

import { PondBulkError } from '../../src/domain/errors.ts';
import { COLUMN_KEYS, columnKey, parseColumnOptions, spelled } from '../../src/intake/columns.ts';
import { A, B, brief, readText } from './read.ts';

describe('columns are found by their names', () => {
  test.each([
    ['ICCID', 'iccid'],
    ['sim', 'iccid'],
    ['SIM_Number', 'iccid'],
    ['Phone-Number', 'phoneNumber'],
    ['MSISDN', 'phoneNumber'],
    ['subscriber number', 'phoneNumber'],
    ['Rev Customer ID', 'customer'],
    ['SITE', 'site'],
    ['rate plan', 'plan'],
    ['CarrierRatePlan', 'plan'],
    ['comm_plan', 'commPlan'],
    ['customer-rate-plan', 'customerRatePlan'],
    ['Customer Rate Pool', 'customerRatePool'],
    ['Effective Date', 'effectiveDate'],
  ])('"%s" means %s', (header, key) => {
    expect(columnKey(header)).toBe(key);
  });

  test.each(['', 'note', 'iccids', 'constructor', '__proto__'])('"%s" is a column of the operator', (header) => {
    expect(columnKey(header)).toBeUndefined();
  });

  test.each(COLUMN_KEYS)('%s is found under the name that messages give it', (key) => {
    expect(columnKey(spelled(key))).toBe(key);
  });

  test('columns of the operator are carried through, in their order', async () => {
    const { columns, rows } = await readText(`ticket,ICCID,note\nT-1,${A},x\n`);

    expect(columns).toEqual(['ticket', 'ICCID', 'note']);
    expect(rows[0]?.cells).toEqual(['T-1', A, 'x']);
  });
});

describe('--column says what a column is', () => {
  test.each([
    ['by name', ['iccid=Card']],
    ['by name, without regard to case and spaces', ['iccid= CARD ']],
    ['by number', ['iccid=2']],
    ['under another name of the key', ['sim=card']],
    ['given twice: the last one counts', ['iccid=ticket', 'iccid=card']],
  ])('%s', async (_name, options) => {
    const { rows } = await readText(`ticket,card,plan\nT-1,${A},X\n`, ...options);

    expect(rows.map(brief)).toEqual([[2, A, { plan: 'X' }, null]]);
  });

  test('it wins over a column that has the name', async () => {
    const { rows } = await readText(`sim,iccid,plan,new plan\nx,${A},OLD,NEW\n`, 'iccid=iccid', 'plan=new plan');

    expect(rows.map(brief)).toEqual([[2, A, { plan: 'NEW' }, null]]);
  });

  test('a header name may hold a "="', async () => {
    const { rows } = await readText(`sim,a=b\n${A},X\n`, 'plan=a=b');

    expect(rows.map(brief)).toEqual([[2, A, { plan: 'X' }, null]]);
  });

  test('numbers name the columns of a list without a header, and its first line is a device', async () => {
    const { columns, rows } = await readText(`x,${A},P\ny,${B},Q\n`, 'iccid=2', 'rate plan=3');

    expect(columns).toEqual(['column 1', 'iccid', 'plan']);
    expect(rows.map(brief)).toEqual([
      [1, A, { plan: 'P' }, null],
      [2, B, { plan: 'Q' }, null],
    ]);
  });

  test.each(['iccid', 'iccid=', 'iccid= ', '=1', 'nonsense=1', ''])('"%s" is refused as usage, and the keys are named', (option) => {
    const parsed = () => parseColumnOptions([option]);

    expect(parsed).toThrow(PondBulkError);
    expect(parsed).toThrow(expect.objectContaining({ kind: 'usage', code: 'COLUMN_OPTION_INVALID' }));
    expect(parsed).toThrow(/KEY=HEADER or KEY=NUMBER.*iccid, phone number, customer, site, plan, comm plan/);
  });
});

import { describe, expect, test } from 'vitest';

import { PondBulkError } from '../../src/domain/errors.ts';
import { COLUMN_KEYS, columnKey, parseColumnOptions, spelled } from '../../src/intake/columns.ts';
import { A, B, brief, readText, where } from './read.ts';

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

describe('columns are never guessed', () => {
  test.each<[string, string, readonly string[], string, RegExp]>([
    ['no ICCID column', 'card,note\nx,y\n', [], 'NO_ICCID_COLUMN', /list\.csv, line 1.*found "card", "note".*--column iccid=1/],
    ['a header without one', 'customer,note\nx,y\n', [], 'NO_ICCID_COLUMN', /found "customer", "note".*--column "iccid=customer"/],
    ['several columns without a header', `x,${A}\n`, [], 'NO_ICCID_COLUMN', /add a header line with "iccid"/],
    ['two ICCID columns', `iccid,SIM\n${A},${A}\n`, [], 'COLUMN_AMBIGUOUS', /"iccid" and "SIM" both mean iccid.*--column "iccid=SIM"/],
    ['two plan columns', `iccid,plan,rate plan\n${A},X,Y\n`, [], 'COLUMN_AMBIGUOUS', /"plan" and "rate plan" both mean plan/],
    ['a name that is not there', `iccid,note\n${A},x\n`, ['plan=tariff'], 'COLUMN_NOT_FOUND', /no column "tariff".*It has "iccid", "note"/],
    ['a number too high', `iccid,note\n${A},x\n`, ['plan=3'], 'COLUMN_NOT_FOUND', /no column "3" \(--column plan=3\)/],
    ['number zero', `iccid,note\n${A},x\n`, ['plan=0'], 'COLUMN_NOT_FOUND', /no column "0"/],
    ['a name without a header', `x,${A}\n`, ['iccid=card'], 'COLUMN_NOT_FOUND', /It has no header and 2 columns: give a number/],
  ])('%s: the list is refused', async (_name, text, options, code, message) => {
    const reading = readText(text, ...options);

    await expect(reading).rejects.toBeInstanceOf(PondBulkError);
    await expect(reading).rejects.toMatchObject({ kind: 'input', code, message: expect.stringMatching(message) });
  });

  test('the line of a header below blank lines is told', async () => {
    await expect(readText('\n\ncard,note\n')).rejects.toThrow('list.csv, line 3');
  });

  test('control characters of a file that is no list stay out of the message', async () => {
    await expect(readText('\u001b[2Jx,y\n')).rejects.toThrow('found "\ufffd[2Jx", "y"');
  });

  test('two columns of the same name are told apart by their number', async () => {
    const text = `iccid,plan,Plan\n${A},X,Y\n`;

    const byNumber = await readText(text, 'plan=3');
    const byExactName = await readText(text, 'plan=Plan');

    expect([byNumber.rows[0]?.values, byExactName.rows[0]?.values]).toEqual([{ plan: 'Y' }, { plan: 'Y' }]);
    await expect(readText(text)).rejects.toMatchObject({ code: 'COLUMN_AMBIGUOUS', message: expect.stringContaining('"plan=3"') });
    await expect(readText(text, 'plan=PLAN')).rejects.toMatchObject({
      code: 'COLUMN_AMBIGUOUS',
      message: expect.stringContaining('columns 2 and 3 both are "PLAN"'),
    });
  });

  test('a column that is given to one key is not taken for another by its name', async () => {
    const { rows } = await readText(`iccid,plan\n${A},4712\n`, 'customer=plan');

    expect(rows[0]?.values).toEqual({ customer: '4712' });
  });

  test('--column NUMBER of a list without a header, when a cell of its first line is that number', async () => {
    const { rows } = await readText(`1,${A}\n2,${B}\n`, 'customer=1', 'iccid=2');

    expect(rows.map(where)).toEqual([
      [1, A, null],
      [2, B, null],
    ]);
  });
});

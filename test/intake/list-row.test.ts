import { describe, expect, test } from 'vitest';

import { A, B, readText, where } from './read.ts';

describe('cells', () => {
  test('too many cells: no guess which of them is the ICCID', async () => {
    const { rows } = await readText(`iccid,note\n${A},x,y\n${B},z\n`);

    expect(rows.map(where)).toEqual([
      [2, null, 'ROW_MALFORMED'],
      [3, B, null],
    ]);
    expect(rows[0]?.problem).toMatchObject({ message: 'The line has 3 cells, the header has 2', column: '3' });
  });

  test('more cells than the first line of a list without a header', async () => {
    const { rows } = await readText(`${A},x\n${B},y,z\n`, 'iccid=1');

    expect(rows[1]?.problem?.message).toBe('The line has 3 cells, the first line has 2');
  });

  test('delimiters without a value behind the last column are no cells', async () => {
    const { rows } = await readText(`iccid,note\n${A},x,,\n`);

    expect(rows.map(where)).toEqual([[2, A, null]]);
  });

  test('too few cells are empty cells', async () => {
    const { rows } = await readText(`iccid,note,customer\n${A}\n`);

    expect(rows.map(({ iccid, cells, values }) => ({ iccid, cells, values }))).toEqual([{ iccid: A, cells: [A, '', ''], values: {} }]);
  });
});

describe('an ICCID is read, or refused with the reason', () => {
  test.each([
    ['8.94E+18', 'ICCID_DAMAGED', 'its digits are lost'],
    ['8.94e18', 'ICCID_DAMAGED', 'its digits are lost'],
    ['"8,94E+18"', 'ICCID_DAMAGED', 'its digits are lost'],
    ['89883030000000000000.0', 'ICCID_DAMAGED', 'its digits are lost'],
    ['89883', 'ICCID_MALFORMED', 'this one has 5'],
    ['89883030000000000', 'ICCID_MALFORMED', 'this one has 17'],
    ['89883030000000000015123', 'ICCID_MALFORMED', 'this one has 23'],
    ['8988303000000000O015', 'ICCID_MALFORMED', '18 to 22 digits'],
    ['-', 'ICCID_MALFORMED', '18 to 22 digits'],
    ['not a number', 'ICCID_MALFORMED', '18 to 22 digits'],
    ['٨٩٨٨٣٠٣٠٠٠٠٠٠٠٠٠٠٠١٥', 'ICCID_MALFORMED', '18 to 22 digits'],
    ['', 'ICCID_MISSING', 'every line needs one'],
    ["'", 'ICCID_MISSING', 'every line needs one'],
  ])('%s is %s', async (cell, code, hint) => {
    const { rows } = await readText(`SIM,note\n${cell},x\n${B},y\n`);

    expect(rows.map(where)).toEqual([
      [2, null, code],
      [3, B, null],
    ]);
    expect(rows[0]?.problem).toMatchObject({ hint: expect.stringContaining(hint), column: 'SIM' });
  });

  test.each([
    ['as it is', A],
    ['18 digits', A.slice(0, 18)],
    ['19 digits', A.slice(0, 19)],
    ['22 digits', `${A}12`],
    ['a leading apostrophe', `'${A}`],
    ['a trailing F', `${A.slice(0, 19)}F`],
    ['a trailing f', `${A.slice(0, 19)}f`],
    ['groups', '8988 3030 0000 0000 0015'],
    ['dashes', '8988-3030-0000-0000-0015'],
    ['all of it', `"' 8988 3030-0000 0000 0015f "`],
  ])('an ICCID is read: %s', async (_name, cell) => {
    const { rows } = await readText(`iccid,note\n${cell},x\n`);

    expect(rows.map(where)).toEqual([[2, cell.replaceAll(/\D/g, ''), null]]);
  });

  test.each([
    [A, false],
    [`${A.slice(0, 19)}6`, true],
    [A.slice(0, 19), false],
    [A.slice(0, 18), false],
  ])('a check digit that does not fit is a warning and no problem: %s', async (iccid, luhnFails) => {
    const { rows } = await readText(`${iccid}\n`);

    expect(rows).toMatchObject([{ iccid, luhnFails, problem: null }]);
  });
});

describe('dates', () => {
  test.each(['2026-02-30', '2026-13-01', '01.12.2026', '12/01/2026', '2026-12-01T00:00:00Z', '2026-1-2', 'tomorrow'])(
    'the date %s is refused and says how dates are written',
    async (date) => {
      const { rows } = await readText(`iccid,effective date\n${A},${date}\n${B},2026-12-01\n`);

      expect(rows.map(where)).toEqual([
        [2, null, 'EFFECTIVE_DATE_MALFORMED'],
        [3, B, null],
      ]);
      expect(rows[0]?.problem).toMatchObject({ hint: 'dates are yyyy-MM-dd', column: 'effective date' });
    },
  );

  test.each(['2028-02-29', '2026-12-31', ''])('the date "%s" is none to complain about', async (date) => {
    const { rows } = await readText(`iccid,effective date\n${A},${date}\n`);

    expect(rows.map(where)).toEqual([[2, A, null]]);
  });
});

describe('phone numbers are read, never guessed', () => {
  test('a line with a phone number needs no ICCID', async () => {
    const { rows } = await readText(`iccid,MSISDN\n,+49 170 1234567\n,unknown\n`);

    expect(rows.map(({ iccid, phoneNumber, problem }) => [iccid, phoneNumber, problem?.code ?? null])).toEqual([
      [null, '491701234567', null],
      [null, null, 'ICCID_MISSING'],
    ]);
  });

  test.each([
    ['4.91701E+11', 'ICCID_DAMAGED', 'its digits are lost'],
    ['491701234567.0', 'ICCID_DAMAGED', 'its digits are lost'],
    ['5550100001 old', 'ICCID_MALFORMED', 'digits only'],
  ])('%s is refused', async (cell, code, hint) => {
    const { rows } = await readText(`MSISDN,note\n${cell},x\n`);

    expect(rows).toMatchObject([{ iccid: null, phoneNumber: null, key: cell, problem: { code, column: 'MSISDN' } }]);
    expect(rows[0]?.problem?.hint).toContain(hint);
  });

  test('a damaged one beside an ICCID is left out', async () => {
    const { rows } = await readText(`iccid,MSISDN\n${A},4.91701E+11\n`);

    expect(rows).toMatchObject([{ iccid: A, phoneNumber: null, problem: null }]);
  });
});

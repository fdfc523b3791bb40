import { describe, expect, test } from 'vitest';

import { A, B, C, brief, readFixture, where } from './read.ts';

describe('the lists people really have are read', () => {
  test('an export with semicolons: a quoted delimiter and umlauts stay in their cells', async () => {
    const { name, columns, rows } = await readFixture('semicolon.csv');

    expect(name).toBe('semicolon.csv');
    expect(columns).toEqual(['iccid', 'customer', 'note']);
    expect(rows.map(brief)).toEqual([
      [2, A, { customer: '4712' }, null],
      [3, B, { customer: '4712' }, null],
      [4, C, { customer: '4713' }, null],
    ]);
    expect(rows.map(({ cells }) => cells[2])).toEqual(['Gate 1; north side', 'Müller & Söhne', '']);
  });

  test('ICCIDs that a spreadsheet damaged are refused line by line, those it spared are read', async () => {
    const { rows } = await readFixture('spreadsheet-damaged.csv');

    expect(rows.map(where)).toEqual([
      [2, null, 'ICCID_DAMAGED'],
      [3, null, 'ICCID_DAMAGED'],
      [4, null, 'ICCID_DAMAGED'],
      [5, A, null],
      [6, null, 'ICCID_MALFORMED'],
      [7, B, null],
    ]);
    expect(rows[0]?.problem).toMatchObject({
      message: 'Invalid ICCID: 8.98830E+19',
      hint: expect.stringContaining('its digits are lost'),
      column: 'SIM Number',
    });
    expect(rows[4]?.problem?.hint).toBe('an ICCID has 18 to 22 digits, this one has 5');
  });

  test('customers per row: each row has its own values, empty cells are no values', async () => {
    const { rows } = await readFixture('per-row-customers.csv');

    expect(rows.map(brief)).toEqual([
      [2, A, { customer: '4712', customerRatePlan: 'CRP-SMALL', effectiveDate: '2026-12-01' }, null],
      [3, B, { customer: '4713', customerRatePool: 'POOL-EU' }, null],
      [4, C, { site: 'Depot North' }, null],
    ]);
  });

  test('plans per row: a date that is not in the calendar is told with its column', async () => {
    const { rows } = await readFixture('per-row-plans.csv');

    expect(rows.map(brief)).toEqual([
      [2, A, { plan: 'POND-10GB' }, null],
      [3, B, { plan: 'POND-5GB', effectiveDate: '2026-12-01' }, null],
      [4, null, { plan: 'POND-10GB', commPlan: 'COMM-A', effectiveDate: '2026-02-30' }, 'EFFECTIVE_DATE_MALFORMED'],
    ]);
    expect(rows[2]?.problem).toMatchObject({ message: expect.stringContaining("'2026-02-30'"), column: 'Effective Date' });
  });

  test('one column without a header: the first line is a device too', async () => {
    const { columns, rows } = await readFixture('headerless.csv');

    expect(columns).toEqual(['iccid']);
    expect(rows.map(where)).toEqual([
      [1, A, null],
      [2, B, null],
      [3, C, null],
    ]);
  });

  test('tabs, with the other delimiters in free text', async () => {
    const { columns, rows } = await readFixture('tab.csv');

    expect(columns).toEqual(['ICCID', 'Rate Plan', 'Note']);
    expect(rows.map(brief)).toEqual([
      [2, A, { plan: 'POND-10GB' }, null],
      [3, B, { plan: 'POND-5GB' }, null],
    ]);
    expect(rows[0]?.cells[2]).toBe('Gate 1, north; left');
  });

  test('cells of several lines, with the line ends of Windows: lines are those of the file', async () => {
    const { rows } = await readFixture('quoted-multi-line.csv');

    expect(rows.map(({ line, iccid, values }) => [line, iccid, values.customer])).toEqual([
      [2, A, '4712'],
      [5, B, '4713'],
      [7, C, '4713'],
    ]);
    expect(rows[0]?.cells[1]).toBe('Gate 1\r\nnorth side, "left"\r\nring twice');
  });

  test('phone numbers: their digits are the key, a damaged one is refused', async () => {
    const { rows } = await readFixture('phone-numbers.csv');

    expect(rows.map(({ line, phoneNumber, values, problem }) => [line, phoneNumber, values.effectiveDate, problem?.code ?? null])).toEqual([
      [2, '15550100001', '2026-12-01', null],
      [3, '15550100002', undefined, null],
      [4, null, undefined, 'ICCID_DAMAGED'],
      [5, null, undefined, 'ICCID_MISSING'],
    ]);
    expect(rows[2]?.problem).toMatchObject({ message: 'Invalid phone number: 4.91701E+11', column: 'MSISDN' });
  });

  test('duplicates are all read: which of them counts is decided later', async () => {
    const { rows } = await readFixture('duplicates.csv');

    expect(rows.map(({ line, iccid, values }) => [line, iccid, values.customer])).toEqual([
      [2, A, '4712'],
      [3, B, '4712'],
      [4, A, '4713'],
      [5, B, '4712'],
      [7, C, '4712'],
    ]);
  });
});

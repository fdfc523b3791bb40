import fc from 'fast-check';
import { expect, test } from 'vitest';

import { listOf, readAll, where } from './read.ts';

// fast-check prints the seed of a run that fails.

const chunk = fc.oneof(fc.constant(1_000_000), fc.integer({ min: 1, max: 40 }));
const end = fc.constantFrom('\n', '\r\n', '\r');
const iccid = fc.string({ minLength: 18, maxLength: 22, unit: fc.constantFrom('0', '1', '3', '8', '9') });
const fine = iccid.map((digits) => ({ text: `${digits},x`, iccid: digits as string | null, code: null as string | null }));
const broken = fc
  .constantFrom('"', '8,"open', '8,5" pipe', '8,"a"b', '"8', '8,x\0', '8,x,y')
  .map((text) => ({ text, iccid: null, code: 'ROW_MALFORMED' }));

test('P11: broken lines among good ones cost themselves only, wherever the chunks are cut', async () => {
  const lines = fc.array(fc.oneof({ weight: 3, arbitrary: fine }, broken), { minLength: 1, maxLength: 20 });
  // Two lines that open a quote could be one cell of two lines: a good line with quotes of its own keeps them apart.
  const guarded = lines.map((some) =>
    some.flatMap((line) =>
      line.code === null ? [line] : [line, { text: '89883030000000000015,"x"', iccid: '89883030000000000015', code: null }],
    ),
  );
  await fc.assert(
    fc.asyncProperty(guarded, end, chunk, async (body, lineEnd, size) => {
      const text = ['iccid,note', ...body.map((line) => line.text), ''].join(lineEnd);

      const { rows } = await readAll(listOf(text, size));

      expect(rows.map(where)).toEqual(body.map((line, index) => [index + 2, line.iccid, line.code]));
    }),
    { numRuns: 500 },
  );
});

test('P11: the same bytes are the same list, however they arrive', async () => {
  const csvLike = fc.string({
    maxLength: 400,
    unit: fc.constantFrom('"', '""', ',', ';', '\n', '\r', '\r\n', '\t', '8', ' ', "'", '\0', 'ö', '89883030000000000015'),
  });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }).map((some) => Buffer.from(some)),
    csvLike.map((text) => Buffer.from(`iccid,note\n${text}`)),
    csvLike.map((text) => Buffer.from(`iccid;note\r\n${text}`, 'latin1')),
  );
  const read = (list: Buffer, size: number) => readAll(listOf(list, size), 'iccid=1').catch((error: unknown) => String(error));
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 40 }), async (list, size) => {
      const whole = await read(list, 1_000_000);
      const pieces = await read(list, size);

      expect(pieces).toEqual(whole);
    }),
    { numRuns: 1000 },
  );
});

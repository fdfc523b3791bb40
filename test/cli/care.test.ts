import { Command } from 'commander';
import { expect, test } from 'vitest';

import { anchored, careInWords, careOf, careOptions, keptCare, type CareFlags } from '../../src/cli/care.ts';
import { NO_GATES } from '../../src/run/gates.ts';

function parsed(args: readonly string[]): CareFlags {
  const command = new Command('change').exitOverride().configureOutput({ writeErr: () => undefined });
  for (const option of careOptions()) command.addOption(option);
  return command.parse([...args], { from: 'user' }).opts<CareFlags>();
}

test('options are read as rules', () => {
  const flags = parsed([
    '--abort-after',
    '10',
    '--abort-rate',
    '2.5/200',
    '--abort-same-error',
    '3',
    '--waves',
    '1, 10,10%,100%',
    '--hold',
  ]);

  expect(careOf(flags)).toEqual({
    gates: { failed: 10, rate: { percent: 2.5, minRows: 200 }, sameError: 3 },
    waves: { ends: [{ rows: 1 }, { rows: 10 }, { percent: 10 }, { percent: 100 }], bulkChangeIds: [], rows: 0 },
    hold: true,
  });
  expect(careOf(parsed([]))).toEqual({ gates: NO_GATES, waves: null, hold: false });
});

test.each([
  ['--abort-after', '0'],
  ['--abort-same-error', 'some'],
  ['--abort-rate', '5'],
  ['--abort-rate', '101/5'],
  ['--abort-rate', '0/5'],
  ['--abort-rate', '5/0'],
  ['--waves', ''],
  ['--waves', '0,1'],
  ['--waves', '1.5'],
  ['--waves', '1,ten'],
  ['--waves', '101%'],
  ['--waves', '10,5'],
  ['--waves', '50%,50%'],
])('%s %s is refused', (option, value) => {
  expect(() => parsed([option, value])).toThrow(`argument '${value}' is invalid`);
});

test('--hold without waves is a usage error', () => {
  expect(() => careOf(parsed(['--hold']))).toThrow('--hold holds waves');
});

test('what is kept with a run comes back whole; what is given anew wins, and new waves begin with the first', () => {
  const care = anchored(careOf(parsed(['--abort-after', '10', '--waves', '1,50%', '--hold'])), ['7'], 40);

  const kept = keptCare(JSON.parse(JSON.stringify({ commandLine: 'pond-bulk …', care })) as Record<string, unknown>);

  expect(kept).toEqual(care);
  expect(anchored(careOf(parsed([]), kept), ['7'], 20)).toEqual(care);
  expect(anchored(careOf(parsed(['--waves', '5', '--abort-same-error', '2']), kept), ['7'], 20)).toEqual({
    gates: { failed: 10, rate: null, sameError: 2 },
    waves: { ends: [{ rows: 5 }], bulkChangeIds: ['7'], rows: 20 },
    hold: true,
  });
  expect(keptCare({ commandLine: 'of an older version' })).toBeUndefined();
});

test('the rules are told in words', () => {
  const care = careOf(parsed(['--abort-after', '10', '--waves', '1,10%', '--hold']));

  expect(careInWords(care, 100)).toEqual([
    'A provider is stopped when 10 rows of it failed',
    'In 3 waves: 1, then 9, then 90 rows',
    'The next wave is asked for (where nobody can be asked: left to resume) when the one before is settled and read back at the carrier as wanted; else the run stops',
  ]);
});

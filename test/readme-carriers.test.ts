import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { CARRIERS } from '../src/carriers/registry.ts';
import type { Carrier } from '../src/domain/carrier.ts';
import { carrierKey } from '../src/domain/carrier-key.ts';

const README = readFileSync('README.md', 'utf8');

test('the README tells of each carrier what its definition says', () => {
  const told = new Map<string, string>();
  for (const carrier of CARRIERS) {
    const facts = factsOf(carrier).join(' | ');
    const alike = [...told].find(([, each]) => each === facts)?.[0];
    if (alike !== undefined) told.delete(alike);
    told.set(alike === undefined ? carrier.name : `${alike}, ${carrier.name}`, facts);
  }

  expect(
    section('## Carriers')
      .filter((line) => line.startsWith('|'))
      .slice(2)
      .map(cellsOf),
  ).toEqual([...told].map(([names, facts]) => `${names} | ${facts}`));
});

test('the README shows how a carrier was added: the lines are in the files that it names', () => {
  const [, diff = ''] = /```diff\n([^]+?)```/.exec(README) ?? [];
  const parts = diff.split(/^\+\+\+ (.+)\n/m).slice(1);
  const files = parts.filter((_, index) => index % 2 === 0);

  expect(files.slice(0, 2)).toEqual(['src/carriers/jasper/jasper.ts', 'src/carriers/registry.ts']);
  for (const [index, file] of files.entries()) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const shown = (parts[index * 2 + 1] ?? '').split('\n').filter((line) => line.startsWith('+'));
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) expect(lines, file).toContain(line.slice(1));
  }
});

function factsOf(carrier: Carrier): readonly string[] {
  const { pace, doneLater, commPlan, readBack, batchSize, prefix, quota } = carrier;
  return [
    carrierKey(carrier),
    `${pace.concurrency} at once${pace.perSecond === null ? '' : `, ${pace.perSecond}/s`} (${pace.source})`,
    doneLater ? 'later' : 'with its answer',
    dateOf(carrier),
    commPlan ?? 'none',
    readBack.length === 0 ? 'nobody' : readBack.map((call) => `\`${call}\``).join(', '),
    batchSize === undefined ? '1' : `${batchSize} (\`${prefix}_BATCH_SIZE\`)`,
    quota === undefined ? 'any' : String(quota.perMonth),
  ];
}

function dateOf({ effectiveDate }: Carrier): string {
  switch (effectiveDate.kind) {
    case 'none':
      return 'none';
    case 'days':
      return `at most ${effectiveDate.max} days ahead`;
    case 'any':
      return 'any';
    default:
      return effectiveDate satisfies never;
  }
}

/** The lines below a heading, to the next of its rank. */
function section(heading: string): readonly string[] {
  const [, text = ''] = README.split(`\n${heading}\n`);
  return (text.split(/\n## /)[0] ?? '').split('\n');
}

function cellsOf(line: string): string {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
    .join(' | ');
}

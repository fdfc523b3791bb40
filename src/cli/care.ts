import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';

import { PondBulkError } from '../domain/errors.ts';
import { gatesInWords, NO_GATES, type GateRules } from '../run/gates.ts';
import { newWaves, wavesFrom, wavesInWords, type WaveEnd, type Waves } from '../run/waves.ts';
import { wholeNumber } from './options.ts';

/** How carefully a run goes: when a provider is stopped, and in which waves. Kept with the run, so that `resume` goes on so. */
export interface Care {
  readonly gates: GateRules;
  readonly waves: Waves | null;
  readonly hold: boolean;
}

/** Options of a run that goes carefully. */
export interface CareFlags {
  readonly abortAfter?: number;
  readonly abortRate?: NonNullable<GateRules['rate']>;
  readonly abortSameError?: number;
  readonly waves?: readonly WaveEnd[];
  readonly hold?: boolean;
}

/** How carefully a run goes: the options of every command that sends. */
export function careOptions(): readonly Option[] {
  return [
    new Option('--abort-after <n>', 'stop a provider when n of its rows failed').argParser(wholeNumber(1)),
    new Option('--abort-rate <p/min>', 'stop a provider when p percent of its finished rows failed, judged after min rows').argParser(rate),
    new Option('--abort-same-error <n>', 'stop a provider when n of its rows failed with the same error').argParser(wholeNumber(1)),
    new Option('--waves <list>', 'begin with few rows, e.g. 1,10,10%,100% of all; each wave is read back before the next').argParser(
      waveEnds,
    ),
    new Option('--hold', 'with --waves: ask before each next wave; where nobody can be asked, stop and leave it to resume'),
  ];
}

/** Reads `5/100`. Throws commander's InvalidArgumentError. */
function rate(text: string): NonNullable<GateRules['rate']> {
  const [, percent, minRows] = /^(\d+(?:\.\d+)?)%?\/(\d+)$/.exec(text) ?? [];
  const found = { percent: Number(percent), minRows: Number(minRows) };
  if (!(found.percent > 0 && found.percent <= 100 && found.minRows > 0))
    throw new InvalidArgumentError('It must be like 5/100: percent of the finished rows, and how many must be finished.');
  return found;
}

/** Reads `1,10,10%,100%`. Throws commander's InvalidArgumentError. */
function waveEnds(text: string): readonly WaveEnd[] {
  const ends = text.split(',').map((part): WaveEnd => {
    const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(part.trim()) ?? [];
    const value = Number(number);
    if (percent === '%' && value > 0 && value <= 100) return { percent: value };
    if (percent === '' && Number.isSafeInteger(value) && value > 0) return { rows: value };
    throw new InvalidArgumentError('It must be like 1,10,10%,100%: rows, or percent of them.');
  });
  const grows = (values: readonly number[]): boolean => values.every((value, at) => at === 0 || value > (values[at - 1] ?? 0));
  const counts = ends.flatMap((end) => ('rows' in end ? [end.rows] : []));
  const percents = ends.flatMap((end) => ('percent' in end ? [end.percent] : []));
  if (!grows(counts) || !grows(percents))
    throw new InvalidArgumentError('Waves are counted from the first row, so each must be larger than the one before.');
  return ends;
}

/** What the flags say; what they leave open stays as it was. Throws PondBulkError (usage). */
export function careOf(flags: CareFlags, before: Care = { gates: NO_GATES, waves: null, hold: false }): Care {
  const care: Care = {
    gates: {
      failed: flags.abortAfter ?? before.gates.failed,
      rate: flags.abortRate ?? before.gates.rate,
      sameError: flags.abortSameError ?? before.gates.sameError,
    },
    waves: flags.waves === undefined ? before.waves : newWaves(flags.waves),
    hold: flags.hold ?? before.hold,
  };
  if (care.hold && care.waves === null)
    throw new PondBulkError('usage', 'HOLD_WITHOUT_WAVES', '--hold holds waves: add --waves 1,10,10%,100%');
  return care;
}

/** The same, with its waves for these bulk changes. */
export function anchored(care: Care, bulkChangeIds: readonly string[], open: number): Care {
  return care.waves === null ? care : { ...care, waves: wavesFrom(care.waves, bulkChangeIds, open) };
}

/** The rules of a run with so many rows to do, a sentence each. */
export function careInWords({ gates, waves, hold }: Care, open: number): readonly string[] {
  if (waves === null || open === 0) return gatesInWords(gates);
  const each = hold ? 'asked for (where nobody can be asked: left to resume)' : 'begun';
  return [
    ...gatesInWords(gates),
    wavesInWords(waves.rows === 0 ? { ...waves, rows: open } : waves, open),
    `The next wave is ${each} when the one before is settled and read back at the carrier as wanted; else the run stops`,
  ];
}

const schema = z.object({
  gates: z.object({
    failed: z.number().nullable(),
    rate: z.object({ percent: z.number(), minRows: z.number() }).readonly().nullable(),
    sameError: z.number().nullable(),
  }),
  waves: z
    .object({
      ends: z.array(z.union([z.object({ rows: z.number() }).readonly(), z.object({ percent: z.number() }).readonly()])).readonly(),
      bulkChangeIds: z.array(z.string()).readonly(),
      rows: z.number(),
    })
    .readonly()
    .nullable(),
  hold: z.boolean(),
}) satisfies z.ZodType<Care>;

/** What was kept with a run; of one that an older version saved there is nothing. */
export function keptCare(options: Readonly<Record<string, unknown>>): Care | undefined {
  return options['care'] === undefined ? undefined : schema.parse(options['care']);
}

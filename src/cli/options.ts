import { InvalidArgumentError, Option } from 'commander';

import { isDay } from '../intake/list-row.ts';
import { OUTPUTS } from './report.ts';

/** Options that several commands take, each defined once. */

export const outputOption = (): Option => new Option('--output <form>', 'what stdout gets').choices(OUTPUTS).default('table');
export const resultsOption = (): Option =>
  new Option('--results <dir>', 'write results.csv, failed.csv and summary.json there').argParser(notBlank);
export const yesOption = (): Option => new Option('--yes', 'do not ask; needed where nobody can be asked (cron, CI)');

export const lastChangeOption = (): Option =>
  new Option('--use-last-change', 'spend the last plan change of the month too, where the carrier counts them');

/** Ceilings of the pace, which never lift a documented limit. */
export function paceOptions(): readonly Option[] {
  return [
    new Option('--concurrency <n>', 'at most n requests at once per account; never above the configured pace').argParser(wholeNumber(1)),
    new Option('--rate <n>', 'at most n calls per second per account; never above the configured pace').argParser(positive),
  ];
}

/** Reads a whole number from `min` on. Throws commander's InvalidArgumentError. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`It must be a whole number from ${min}.`);
    return value;
  };
}

/** An option that is a number above 0, fractions too. Throws InvalidArgumentError. */
export function positive(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** Reads `yyyy-MM-dd`. */
export function day(text: string): string {
  if (!isDay(text)) throw new InvalidArgumentError('It must be a date like 2026-12-01 (yyyy-MM-dd, a UTC day).');
  return text;
}

/** An option that says something. Throws InvalidArgumentError. */
export function notBlank(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text.trim();
}

/** An option that may be given several times. */
export function collected(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

import { Option, type Command } from 'commander';

import type { RowValues } from '../../domain/list-row.ts';
import { careOptions } from '../care.ts';
import { collected, lastChangeOption, notBlank, outputOption, paceOptions, resultsOption, wholeNumber, yesOption } from '../options.ts';
import { quoted } from '../next-command.ts';

/** Adds the options that both changes take. */
export function addChangeOptions(command: Command): Command {
  const options = [
    new Option('--file <file>', 'CSV list of devices; - or a pipe is standard input').argParser(notBlank),
    new Option('--column <key=header>', 'which column (or number) holds what, e.g. iccid=SIM; repeatable')
      .argParser(collected)
      .default([], 'found by name'),
    new Option('--provider <name|id>', 'only devices of this service provider; its integration does where no other has it').argParser(
      notBlank,
    ),
    new Option('--dry-run', 'show what would be done; nothing is written, nothing is sent'),
    new Option('--out <plan>', 'with --dry-run: save the plan there, for pond-bulk apply').argParser(notBlank),
    new Option('--ask-carrier', 'with --dry-run: read every device at its carrier too'),
    new Option('--strict', 'refuse the whole list when any row is refused'),
    yesOption(),
    new Option('--max-devices <n>', 'refuse lists with more devices to change; --yes does not lift it').argParser(wholeNumber(1)),
    ...paceOptions(),
    ...careOptions(),
    outputOption(),
    resultsOption(),
    lastChangeOption(),
    new Option('--reason <text>', 'why, for the record of the run').argParser(notBlank),
  ];
  for (const option of options) command.addOption(option);
  return command;
}

/** Leaves out the values that are not given. */
export function given(values: { readonly [K in keyof RowValues]: string | undefined }): RowValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The command line as it can be typed again. */
export function commandLine(argv: readonly string[]): string {
  return ['pond-bulk', ...argv].map(quoted).join(' ');
}

import type { Command } from 'commander';

import { PondBulkError } from '../../domain/errors.ts';
import { nearest } from '../../config/nearest.ts';
import type { Context } from '../context.ts';
import { wholeNumber } from '../options.ts';
import { renderProviders, sandboxListCommand, type SandboxProvider } from './sandbox-samples.ts';

/** What `pond-bulk sandbox …` can ask of a sandbox; given by main, which knows where it lives. */
export interface SandboxControl {
  /** Its service providers. They are always the same: nothing is started. */
  providers(): readonly SandboxProvider[];
  /** Starts it when needed; resolves to the settings that point any command at it. */
  start(dir: string | undefined): Promise<{ readonly environment: Readonly<Record<string, string>>; readonly isNew: boolean }>;
  stop(dir: string | undefined): Promise<boolean>;
  /** Null when it does not run. */
  status(dir: string | undefined): Promise<unknown>;
  /** Sample data and carriers as on the first day. */
  reset(dir: string | undefined): Promise<void>;
  faults(dir: string | undefined, fault: unknown): Promise<unknown>;
  clearFaults(dir: string | undefined): Promise<void>;
  ledger(
    dir: string | undefined,
    query: { readonly subject?: string | undefined; readonly service?: string | undefined; readonly limit: number },
  ): Promise<unknown>;
}

interface SandboxFlags {
  readonly sandboxDir?: string;
}

const FAULTS_HELP = `
A fault is JSON, e.g.
  pond-bulk sandbox faults '{"service":"pond","kind":"reset-after","match":{"path":"addPackage"},"times":2}'

service: pond, jasper, tmobilejasper, pod19, rogers, thingspace, teal, telegence, revio
kind:    429, 429-date, 429-no-retry-after, 400, 401, 403, 404, 500, 500-after, 503,
         reset-before, reset-after, timeout-before, timeout-after, late-effect, malformed,
         malformed-before, truncated, slow-body
match:   method, path (a part of it), subject (ICCID, package or line)
times:   how often (1 when left out) · every: only each n-th call that matches
seconds: how late the effect of a late-effect comes; how long a 429 asks to wait`;

/** pond-bulk sandbox … */
export function sandboxCommand(program: Command, { terminal }: Context, control: SandboxControl): void {
  const sandbox = program
    .command('sandbox')
    .description('the embedded sandbox: its service providers; sample data and simulated carriers on this machine');
  const dirOf = (self: Command): string | undefined => self.optsWithGlobals<SandboxFlags>().sandboxDir;
  const print = (value: unknown): Promise<void> => terminal.out(`${JSON.stringify(value, null, 2)}\n`);
  sandbox.allowExcessArguments().action(async (_options: unknown, self: Command) => {
    const [unknown] = self.args;
    if (unknown !== undefined) throw unknownCommand(self, unknown);
    await terminal.out(renderProviders(control.providers(), terminal));
  });
  sandboxListCommand(sandbox, terminal, control.providers);
  sandbox
    .command('start')
    .description('start it; prints the settings that point any command at it')
    .action(async (_options: unknown, self: Command) => {
      const { environment, isNew } = await control.start(dirOf(self));
      terminal.note(isNew ? 'The sandbox runs now; it ends after ten idle minutes' : 'The sandbox runs already');
      await terminal.out(
        `${Object.entries(environment)
          .map(([name, value]) => `${name}=${value}`)
          .join('\n')}\n`,
      );
    });
  sandbox
    .command('stop')
    .description('stop it; its state is kept')
    .action(async (_options: unknown, self: Command) => terminal.note((await control.stop(dirOf(self))) ? 'Stopped' : 'It does not run'));
  sandbox
    .command('status')
    .description('whether it runs, and what it has seen')
    .action(async (_options: unknown, self: Command) => {
      const status = await control.status(dirOf(self));
      await (status === null ? terminal.out('It does not run; pond-bulk sandbox start starts it\n') : print(status));
    });
  sandbox
    .command('reset')
    .description('sample data and carriers as on the first day; runs and journal are forgotten')
    .action(async (_options: unknown, self: Command) => {
      await control.reset(dirOf(self));
      terminal.note('The sandbox is as on its first day');
    });
  sandbox
    .command('faults [fault]')
    .description('show the faults that are switched on, or switch one on')
    .option('--clear', 'switch all off')
    .addHelpText('after', FAULTS_HELP)
    .action(async (fault: string | undefined, options: { readonly clear?: boolean }, self: Command) => {
      if (options.clear === true) return control.clearFaults(dirOf(self));
      return print(await control.faults(dirOf(self), fault === undefined ? null : parseFault(fault)));
    });
  sandbox
    .command('ledger [subject]')
    .description('what happened to whom at the simulated carriers (subject: ICCID, package or line)')
    .option('--service <name>', 'only this service')
    .option('--limit <n>', 'the last n entries', wholeNumber(1), 50)
    .action(async (subject: string | undefined, options: { readonly service?: string; readonly limit: number }, self: Command) => {
      await print(await control.ledger(dirOf(self), { subject, service: options.service, limit: options.limit }));
    });
}

/** commander looks for it only where the command alone does nothing. */
function unknownCommand(sandbox: Command, name: string): PondBulkError {
  const meant = nearest(
    name,
    sandbox.commands.map((each) => each.name()),
  );
  const hint = meant === null ? 'pond-bulk sandbox --help shows its commands' : `did you mean ${meant}?`;
  return new PondBulkError('usage', 'COMMAND_UNKNOWN', `pond-bulk sandbox has no command ${name}: ${hint}`);
}

function parseFault(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PondBulkError('usage', 'FAULT_INVALID', `The fault is no JSON: ${text.slice(0, 80)}`, { cause });
  }
}

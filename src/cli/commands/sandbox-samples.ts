import type { Command } from 'commander';

import { PondBulkError } from '../../domain/errors.ts';
import type { CarrierKey } from '../../domain/carrier-key.ts';
import { notBlank } from '../options.ts';
import { csvLine } from '../render/result-csv.ts';
import { tableOf } from '../render/table.ts';
import type { Terminal } from '../terminal.ts';

/** A service provider of the sandbox, with devices to try changes on. */
export interface SandboxProvider {
  readonly name: string;
  readonly integration: string;
  /** What its carrier knows devices by. */
  readonly key: CarrierKey;
  readonly mayWrite: boolean;
  /** A plan that its devices can be moved to. */
  readonly plan: string;
  readonly devices: readonly { readonly iccid: string; readonly phoneNumber: string | null }[];
}

/** The providers, and what to type next. */
export function renderProviders(providers: readonly SandboxProvider[], terminal: Pick<Terminal, 'isOutTty' | 'columns'>): string {
  const rows = providers.map(({ name, integration, devices, key, plan, mayWrite }) => [
    name,
    integration,
    String(devices.length),
    key,
    mayWrite ? plan : 'read-only',
  ]);
  return `${tableOf(['Provider', 'Integration', 'Devices', 'Known by', 'Plan to try'], rows, terminal)}

A list of their devices, each with its plan to try, and a change by it:
  pond-bulk sandbox list > all.csv
  pond-bulk sandbox list --provider Rogers > rogers.csv
  pond-bulk change-rate-plan --file all.csv --dry-run --sandbox
  pond-bulk change-rate-plan --file all.csv --sandbox

pond-bulk sandbox --help shows what else can be done with it
`;
}

/** pond-bulk sandbox list */
export function sandboxListCommand(sandbox: Command, terminal: Terminal, providers: () => readonly SandboxProvider[]): void {
  sandbox
    .command('list')
    .description('a list (CSV) of sample devices, each with a plan to try')
    .option('--provider <name>', 'only devices of this service provider or integration', notBlank)
    .addHelpText('after', '\nExample:\n  pond-bulk sandbox list --provider Teal > teal.csv')
    .action(async ({ provider }: { readonly provider?: string }) => terminal.out(listOf(wanted(providers(), provider))));
}

function wanted(providers: readonly SandboxProvider[], name: string | undefined): readonly SandboxProvider[] {
  // Of all of them a list that ends well: rows of the others would be refused.
  if (name === undefined) return providers.filter(({ mayWrite }) => mayWrite);
  const isNamed = (text: string): boolean => text.toLowerCase() === name.toLowerCase();
  const found = providers.find((each) => isNamed(each.name)) ?? providers.find((each) => isNamed(each.integration));
  if (found !== undefined) return [found];
  const names = providers.map((each) => each.name).join(', ');
  throw new PondBulkError('usage', 'PROVIDER_UNKNOWN', `The sandbox has no service provider ${name}; it has ${names}`);
}

function listOf(providers: readonly SandboxProvider[]): string {
  const rows = providers.flatMap(({ plan, devices }) => devices.map((device) => ({ ...device, plan })));
  const hasNumbers = rows.some(({ phoneNumber }) => phoneNumber !== null);
  const hasIccids = rows.some(({ phoneNumber }) => phoneNumber === null);
  const cells = (iccid: string, phoneNumber: string, plan: string): string =>
    csvLine([...(hasIccids ? [iccid] : []), ...(hasNumbers ? [phoneNumber] : []), plan]);
  const lines = rows.map(({ iccid, phoneNumber, plan }) => cells(phoneNumber === null ? iccid : '', phoneNumber ?? '', plan));
  return [cells('iccid', 'phone number', 'plan'), ...lines].join('');
}

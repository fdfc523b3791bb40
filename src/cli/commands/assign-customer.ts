import { InvalidArgumentError, Option, type Command } from 'commander';

import { ASSIGNMENT_PREFLIGHT } from '../../changes/assign-customer.ts';
import type { ServiceOrder } from '../../domain/assignment.ts';
import { PondBulkError } from '../../domain/errors.ts';
import type { Context } from '../context.ts';
import { day, notBlank, wholeNumber } from '../options.ts';
import { today } from '../today.ts';
import type { ChangeFlags } from './change-command.ts';
import { runChange } from './change.ts';
import { addChangeOptions, commandLine, given } from './change-options.ts';

interface Product {
  readonly productId: number;
  readonly rate: number | null;
}

interface AssignFlags extends ChangeFlags {
  readonly customer?: string;
  readonly site?: string;
  readonly createRevService?: boolean;
  readonly serviceType?: number;
  readonly revProvider?: number;
  readonly package?: number;
  readonly product: readonly Product[];
  readonly prorate?: boolean;
  readonly description?: string;
  readonly usagePlanGroup?: number;
  readonly customerRatePlan?: string;
  readonly customerRatePool?: string;
  readonly effectiveDate?: string;
  readonly useCarrierActivation?: boolean;
  readonly activatedDate?: string;
  readonly carrierRatePlan?: string;
  readonly commPlan?: string;
}

const EXAMPLES = `
Examples:
  pond-bulk assign-customer --file iccids.csv --customer 4711 --dry-run
  pond-bulk assign-customer --file iccids.csv                     (customer or site column in the list)
  pond-bulk assign-customer --file iccids.csv --customer 4711 --yes \\
      --create-rev-service --service-type 3 --rev-provider 12 --product 501:4.99 --prorate

The customer is assigned now; the effective date governs Rev.io's dates, customer rate plan and pool.`;

/** pond-bulk assign-customer */
export function assignCustomerCommand(program: Command, context: Context, argv: readonly string[]): void {
  const id = wholeNumber(1);
  const command = program
    .command('assign-customer')
    .description('give devices to a customer, with service lines at Rev.io, customer rate plan and carrier plan where asked for')
    .addOption(new Option('--customer <id>', 'Rev customer id, for rows without one of their own').argParser(notBlank).conflicts('site'))
    .addOption(new Option('--site <id|name>', 'a Site, for customers without Rev.io').argParser(notBlank))
    .option('--create-rev-service', 'create (or complete) the service line at Rev.io')
    .option('--service-type <n>', "Rev.io's service type", id)
    .option('--rev-provider <n>', "Rev.io's provider id", id)
    .addOption(new Option('--package <n>', "Rev.io's package; it brings its own products").argParser(id).conflicts('product'))
    .addOption(
      new Option('--product <id[:rate]>', 'a product of the line; repeatable; all with a rate or none')
        .argParser(addProduct)
        .default([], 'none'),
    )
    .option('--prorate', 'bill the first period by days')
    .option('--description <text>', 'description of line and products', notBlank)
    .option('--usage-plan-group <n>', "Rev.io's usage plan group", id)
    .option('--customer-rate-plan <code|id>', 'customer rate plan', notBlank)
    .option('--customer-rate-pool <name|id>', 'customer rate pool', notBlank)
    .addOption(
      new Option('--effective-date <date>', 'yyyy-MM-dd, a UTC day; today when left out').argParser(day).conflicts('useCarrierActivation'),
    )
    .option('--use-carrier-activation', "each device's effective date is the day it was first active at its carrier")
    .option('--activated-date <date>', 'activation date for Rev.io, yyyy-MM-dd', day)
    .option('--carrier-rate-plan <code>', 'change the carrier rate plan too, afterwards', notBlank)
    .option('--comm-plan <name>', 'communication plan of that change', notBlank);
  addChangeOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<AssignFlags>();
      return runChange(context, {
        name: 'assign-customer',
        changeType: 'CustomerAssignment',
        preflight: ASSIGNMENT_PREFLIGHT,
        request: {
          kind: 'assign-customer',
          today: today(context.clock),
          service: serviceOrder(flags),
          useCarrierActivation: flags.useCarrierActivation === true,
          useLastChange: flags.useLastChange === true,
          activatedDate: flags.activatedDate ?? null,
        },
        defaults: given({
          customer: flags.customer,
          site: flags.site,
          plan: flags.carrierRatePlan,
          commPlan: flags.commPlan,
          customerRatePlan: flags.customerRatePlan,
          customerRatePool: flags.customerRatePool,
          effectiveDate: flags.effectiveDate,
        }),
        flags,
        commandLine: commandLine(argv),
      });
    });
}

function addProduct(text: string, before: readonly Product[]): readonly Product[] {
  const parts = /^(\d{1,9})(?::(\d+(?:\.\d{1,4})?))?$/.exec(text);
  if (parts === null) throw new InvalidArgumentError('It must be a product id, or id:rate, e.g. 501:4.99.');
  const product = { productId: Number(parts[1]), rate: parts[2] === undefined ? null : Number(parts[2]) };
  if (before.some(({ productId }) => productId === product.productId))
    throw new InvalidArgumentError(`Product ${product.productId} is given twice.`);
  return [...before, product];
}

/** Options that say what to create, and are useless without --create-rev-service. */
const SERVICE_OPTIONS = ['serviceType', 'revProvider', 'package', 'prorate', 'usagePlanGroup', 'description', 'activatedDate'] as const;

/** What is ordered at Rev.io. Rejects with PondBulkError (usage) for options that do not go together. */
function serviceOrder(flags: AssignFlags): ServiceOrder | null {
  if (flags.createRevService !== true) {
    const useless = SERVICE_OPTIONS.find((name) => flags[name] !== undefined) ?? (flags.product.length > 0 ? 'product' : undefined);
    if (useless === undefined) return null;
    const option = `--${useless.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new PondBulkError(
      'usage',
      'OPTION_WITHOUT_SERVICE',
      `${option} says what to create at Rev.io: add --create-rev-service, or leave it out`,
    );
  }
  const { serviceType, revProvider } = flags;
  if (serviceType === undefined || revProvider === undefined) {
    throw new PondBulkError('usage', 'SERVICE_INCOMPLETE', '--create-rev-service needs --service-type and --rev-provider');
  }
  const withRate = flags.product.filter(({ rate }) => rate !== null).length;
  if (withRate > 0 && withRate < flags.product.length) {
    throw new PondBulkError('usage', 'RATES_INCOMPLETE', 'Give every --product a rate (id:rate), or none');
  }
  return {
    serviceTypeId: serviceType,
    revProviderId: revProvider,
    packageId: flags.package ?? null,
    products: flags.product,
    prorate: flags.prorate === true,
    description: flags.description ?? null,
    usagePlanGroupId: flags.usagePlanGroup ?? null,
  };
}

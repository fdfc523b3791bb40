import type { CarrierUnderTest } from '../carriers/carrier-under-test.ts';
import { ebonding } from '../carriers/ebonding.ts';
import { UNDER_TEST } from '../carriers/under-test.ts';
import type { Wanted } from './round.ts';
import { portalOf, tablesOf, type SavedRow, type World } from './world.ts';

/** Effects that nobody answers for, and answers without an effect. */
export interface Miscount {
  readonly doubled: number;
  readonly lost: number;
}

const isBilling = (audit: string): boolean => audit.includes('Rev.io');
const isInDoubt = ({ status }: SavedRow): boolean => status === 'UNKNOWN' || status === 'ACCEPTED';

/** What the carriers and billing did, beside what the journal says was done: one for one. */
export function miscounted(world: World, rows: readonly SavedRow[]): Miscount {
  const differences = [...world.round.devices.map((device) => ofDevice(world, rows, device)), ofBilling(world, rows)];
  return {
    doubled: differences.reduce((sum, each) => sum + Math.max(0, each), 0),
    lost: differences.reduce((sum, each) => sum + Math.max(0, -each), 0),
  };
}

/** No effect twice, none without its answer, no answer without its effect. */
export function effectsAreAnswered(world: World, rows: readonly SavedRow[]): readonly string[] {
  const open = new Set(rows.filter(isInDoubt).map(({ iccid }) => iccid));
  const ofDevices = world.round.devices.flatMap((device) => {
    const more = open.has(device.iccid) ? 0 : ofDevice(world, rows, device);
    return more === 0 ? [] : [`${device.integration} ${device.iccid}: ${more} more effects than answers`];
  });
  const more = open.size > 0 ? 0 : ofBilling(world, rows);
  return more === 0 ? ofDevices : [...ofDevices, `billing: ${more} more effects than answers`];
}

/** A row that is not done changed nothing at its carrier. POND's may have a package more: those are counted, and their SIM never has none. */
export function untouchedUnlessDone(world: World, rows: readonly SavedRow[]): readonly string[] {
  return world.round.devices.flatMap((device) => {
    const row = rowOf(rows, device);
    const carrier = carrierOf(device);
    if (row === undefined || carrier === undefined || isInDoubt(row) || row.status === 'APPLIED' || carrier.service === 'pond') return [];
    const plan = carrier.planAt(world.sandbox.carriers, device.iccid);
    return plan === device.planBefore ? [] : [`${device.integration} ${device.iccid} is ${row.status} and has ${plan}: ${row.message}`];
  });
}

/** A row that is done has its plan at the carrier and in the database, one line of history, and its customer. */
export function doneEverywhere(world: World, rows: readonly SavedRow[]): readonly string[] {
  return world.round.devices.flatMap((device) => {
    const row = rowOf(rows, device);
    if (row?.status !== 'APPLIED') return [];
    const found = { ...plansOf(world, device), ...customerOf(world, device), history: historyOf(world, row) };
    const wanted = { ...plansWanted(device), ...customerWanted(world), history: device.plan === device.planBefore ? 0 : 1 };
    return JSON.stringify(found) === JSON.stringify(wanted)
      ? []
      : [`${device.integration} ${device.iccid} has ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`];
  });
}

function ofDevice({ sandbox }: World, rows: readonly SavedRow[], device: Wanted): number {
  const carrier = carrierOf(device);
  if (carrier === undefined) return 0;
  const effects = Object.values(sandbox.carriers.ledger.summary().bySubject[carrier.subject(device.iccid)] ?? {});
  return sum(effects) - doneBy(rows, device.iccid).filter((audit) => !isBilling(audit)).length;
}

function ofBilling({ sandbox }: World, rows: readonly SavedRow[]): number {
  const { effects } = sandbox.carriers.ledger.summary();
  const done = [...new Set(rows.map(({ iccid }) => iccid))].flatMap((iccid) => doneBy(rows, iccid)).filter(isBilling);
  return (effects['service created'] ?? 0) + (effects['product created'] ?? 0) - done.length;
}

/** Texts of the steps that the journal calls done. */
function doneBy(rows: readonly SavedRow[], iccid: string): readonly string[] {
  const answers = rows.filter((row) => row.iccid === iccid).flatMap((row) => row.answers);
  return answers.flatMap((answer) => (answer.ended === 'done' ? [answer.audit] : []));
}

function plansOf({ sandbox }: World, device: Wanted) {
  const { iccid, integration } = device;
  const recorded = sandbox.query<{ plan: string }>(
    `SELECT RatePlan AS plan FROM ${tablesOf(portalOf(integration)).device} WHERE ICCID = '${iccid}'`,
  );
  return { recorded: recorded[0]?.plan, carrier: carrierOf(device)?.planAt(sandbox.carriers, iccid) ?? null };
}

function plansWanted(device: Wanted) {
  return { recorded: device.plan, carrier: device.integration === ebonding.integration ? null : device.plan };
}

interface Customer {
  readonly account: string | null;
  readonly lines: number;
  readonly products: number;
}

/** Whose the device is, and what its line at billing has, as the database knows it. */
function customerOf({ sandbox, round }: World, { iccid }: Wanted): Customer | null {
  if (round.change.kind !== 'customers') return null;
  const found = sandbox.query<Customer>(
    `SELECT tenant.AccountNumber AS account, COUNT(DISTINCT line.id) AS lines, COUNT(product.id) AS products FROM Device AS device
    JOIN Device_Tenant AS tenant ON tenant.DeviceId = device.id
    LEFT JOIN RevService AS line ON line.id = tenant.RevServiceId
    LEFT JOIN RevServiceProduct AS product ON product.ServiceId = line.RevServiceId
    WHERE device.ICCID = '${iccid}' GROUP BY tenant.AccountNumber`,
  )[0];
  return found === undefined ? null : { ...found };
}

function customerWanted({ round: { change } }: World): Customer | null {
  if (change.kind !== 'customers') return null;
  const { account, lines, products } = change;
  return { account, lines, products };
}

function historyOf({ sandbox }: World, { iccid, bulkChangeId }: SavedRow): number {
  return (
    sandbox.query<{ n: number }>(
      `SELECT COUNT(*) AS n FROM DeviceActionHistory WHERE ICCID = '${iccid}' AND ChangedField = 'CarrierRatePlan' AND BulkChangeId = ${bulkChangeId}`,
    )[0]?.n ?? 0
  );
}

/** The later line of a device that is there twice is SKIPPED, and says nothing of it. */
function rowOf(rows: readonly SavedRow[], { iccid }: Wanted): SavedRow | undefined {
  return rows.find((row) => row.iccid === iccid && row.status !== 'SKIPPED');
}

function carrierOf({ integration }: Wanted): CarrierUnderTest | undefined {
  return UNDER_TEST.find((each) => each.integration === integration);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0);
}

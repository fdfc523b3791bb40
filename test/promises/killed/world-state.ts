import { dirname } from 'node:path';

import type { SandboxHere } from '../../end-to-end/in-process.ts';

/** Columns that two runs never have in common, by table. Everything else must be equal. */
const VOLATILE: Readonly<Record<string, readonly string[]>> = {
  // Names of a run and of its transactions, and how long things took.
  pondbulk_run: ['id'],
  pondbulk_run_bulk_change: ['run_id'],
  pondbulk_used_plan: ['id', 'run_id'],
  pondbulk_change_row: ['run_id', 'ms', 'commit_id', 'audited'],
  // Numbers given in the order of arrival, which nothing refers to.
  pondbulk_journal: ['id', 'n'],
  DeviceBulkChangeLog: ['id'],
  DeviceActionHistory: ['id'],
  POND_Package: ['id'],
  RevService: ['id'],
  RevServiceProduct: ['id'],
  // A number of RevService, which LINES_OF_DEVICES tells by name.
  Device_Tenant: ['RevServiceId'],
};

/** Whose turn an account is: it tells of processes, and of no device. */
const TURNS = 'pondbulk_account_turn';

/** What carriers know beside their devices: who is logged in, and which devices shared a request. */
const BESIDE_DEVICES = ['thingspace.login', 'teal.operations'];

type Row = Readonly<Record<string, unknown>>;
type Rename = (text: string) => string;

/**
 * Everything that runs leave in the database and at the carriers, in lines that can be compared with those of another
 * sandbox: every row of every table, the state of every simulated carrier and of billing, and how often what happened to
 * whom. `since` is when the test began, in milliseconds: times from then on are all alike.
 */
export function worldState(sandbox: SandboxHere, since: number): readonly string[] {
  const { services, ledger } = sandbox.carriers;
  const states = Object.fromEntries([...services].map(([name, { service }]) => [name, service.state()]));
  const rename = renaming(sandbox, states, since);
  const tables = sandbox.query<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  const { bySubject, violations } = ledger.summary();
  return [
    ...tables.filter(({ name }) => name !== TURNS).flatMap(({ name }) => rowsOf(sandbox, name).map((row) => rename(`${name} ${row}`))),
    ...sandbox.query(LINES_OF_DEVICES).map((row) => `line of a device ${JSON.stringify(row)}`),
    ...linesOf('', states).map(rename),
    ...Object.entries(bySubject).flatMap(([subject, effects]) =>
      Object.entries(effects).map(([effect, count]) => rename(`${effect} ${count} times: ${subject}`)),
    ),
    ...violations.map((text) => `violation: ${text}`),
  ].toSorted();
}

/** Lines that only one of two states has, marked. */
export function differences(wanted: readonly string[], found: readonly string[]): readonly string[] {
  const left = Map.groupBy(wanted, (line) => line);
  const extra = found.filter((line) => left.get(line)?.pop() === undefined);
  return [...[...left.values()].flat().map((line) => `missing: ${line}`), ...extra.map((line) => `unexpected: ${line}`)];
}

function rowsOf({ query }: SandboxHere, table: string): readonly string[] {
  return query<Row>(`SELECT * FROM ${table}`).flatMap((row) => {
    const kept = Object.entries(row).filter(([column]) => VOLATILE[table]?.includes(column) !== true);
    if (table === 'pondbulk_journal') return isForGood(row) ? [JSON.stringify(kept.map(withoutWords))] : [];
    // A step that a read-back found done tells its end in other words than its answer.
    if (table === 'DeviceBulkChangeLog' && row['HasErrors'] === 0)
      return [JSON.stringify(kept.filter(([column]) => column !== 'ResponseText'))];
    return [JSON.stringify(kept)];
  });
}

/** Of the journal: what is known for good. What was begun, lost or found absent depends on where the run died. */
function isForGood({ kind, data }: Row): boolean {
  return kind === 'note' || (kind === 'answer' && /"ended":"(done|refused)"/.test(String(data)));
}

function withoutWords([column, value]: [string, unknown]): [string, unknown] {
  if (column !== 'data') return [column, value];
  // The journal's own.
  const { response: _words, ...rest } = JSON.parse(String(value)) as Row;
  return [column, rest];
}

/** One line for each thing that a service knows, under its place. */
function linesOf(place: string, state: unknown): readonly string[] {
  if (BESIDE_DEVICES.includes(place)) return [];
  if (Array.isArray(state)) return state.map((each) => `${place} ${JSON.stringify(each)}`);
  if (typeof state !== 'object' || state === null) return [`${place} ${JSON.stringify(state)}`];
  return Object.entries(state).flatMap(([name, each]) => linesOf(place === '' ? name : `${place}.${name}`, each));
}

const LINES_OF_DEVICES = `
  SELECT tenant.DeviceId AS device, line.Number AS line FROM Device_Tenant AS tenant JOIN RevService AS line ON line.id = tenant.RevServiceId`;

const RUN_ID = /\b20\d{6}T\d{6}-[0-9a-f]{6}\b/g;
const NAME = /\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})\b/g;
const SAMPLE_NAME = /^(00000000-|7ea1)/;
const DAY = /\b(20\d\d-\d\d-\d\d)(?:[T ][\d:.]+Z?|Z)?/g;
// A resume writes down that it has no gates and no waves; run-due never has any.
const NO_CARE = /,\\"care\\":\{\\"gates\\":\{\\"failed\\":null,\\"rate\\":null,\\"sameError\\":null\},\\"waves\\":null,\\"hold\\":false\}/g;
const SHARED = /\\+n\(one of \d+ devices in this request\)/g;

/** Replaces what is new in each run: times, addresses, and names that carriers, billing and the tool gave; what they name stays told apart. */
function renaming({ database, environment }: SandboxHere, states: Readonly<Record<string, unknown>>, since: number): Rename {
  const firstDay = new Date(since).toISOString().slice(0, 10);
  const names = namesOf(states);
  const { port } = new URL(environment['POND_BASE_URL'] ?? '');
  return (text) =>
    text
      .replaceAll(dirname(database), '<folder>')
      .replaceAll(`127.0.0.1:${port}`, '<host>')
      .replaceAll(SHARED, '')
      .replaceAll(NO_CARE, '')
      .replaceAll(RUN_ID, '<run>')
      .replaceAll(/\b1000\d\d\b/g, (id) => names.get(id) ?? id)
      .replaceAll(NAME, (name) => names.get(name) ?? (SAMPLE_NAME.test(name) ? name : '<name>'))
      .replaceAll(/\b1\d{9}(\d{3})?\b/g, (time, ms) =>
        Number(time) >= Math.floor(ms === undefined ? since / 1000 : since) ? '<time>' : time,
      )
      .replaceAll(DAY, (time, day: string) => (day >= firstDay && day < '2999' ? '<time>' : time));
}

interface Named {
  readonly pond: { readonly packages: readonly { packageId: string; simIccid: string; packageTypeId: number }[] };
  readonly revio: {
    readonly services: readonly { service_id: number; number: string }[];
    readonly products: readonly { service_product_id: number; service_id: number; product_id: number }[];
  };
}

/** Packages and service lines by what they are, instead of by the name that they happened to get. */
function namesOf(states: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  // The simulators' own states.
  const { pond, revio } = states as unknown as Named;
  const lines = new Map(revio.services.map(({ service_id: id, number }) => [id, `line ${number}`]));
  return new Map([
    ...pond.packages.map(({ packageId, simIccid, packageTypeId }) => [packageId, `package ${packageTypeId} of ${simIccid}`] as const),
    ...[...lines].map(([id, name]) => [String(id), name] as const),
    ...revio.products.map(
      (each) => [String(each.service_product_id), `product ${each.product_id} of ${lines.get(each.service_id) ?? ''}`] as const,
    ),
  ]);
}

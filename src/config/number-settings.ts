import { wholeNumber } from './schemas.ts';
import type { Given, Sources } from './sources.ts';

export type NumberKind = 'CHANGE_TYPE' | 'INTEGRATION' | 'PORTAL_TYPE';

/** `CHANGE_TYPE_CARRIERRATEPLANCHANGE=7` and the like: numbers where the look-up tables have none. */
const NUMBER_SETTING = /^(CHANGE_TYPE|INTEGRATION|PORTAL_TYPE)_([A-Z0-9_]+)$/;

/** Integration.Name in the operator's database. INTEGRATION_TESTS or INTEGRATION_API_TOKEN belong to somebody else: neither read nor shown. */
const INTEGRATIONS: ReadonlySet<string> = new Set(
  ['Jasper', 'TMobileJasper', 'POD19', 'Rogers', 'ThingSpace', 'Teal', 'Telegence', 'eBonding', 'Pond', 'RevIO'].map(plainName),
);

/** The range of an int column. */
export const numberValue = wholeNumber(0, 2_147_483_647);

/** The number settings that were given, by numberKey. `CARRIER_RATE_PLAN` and `CARRIERRATEPLAN` are the same name. */
export function numberSettings({ names, find }: Sources): ReadonlyMap<string, Given> {
  const found = new Map<string, Given>();
  for (const name of names) {
    const [, kind, rest] = NUMBER_SETTING.exec(name) ?? [];
    const given = find(name);
    if (kind === undefined || rest === undefined || given === null) continue;
    const plain = plainName(rest);
    if (kind === 'INTEGRATION' && !INTEGRATIONS.has(plain)) continue;
    const key = `${kind}_${plain}`;
    if (!found.has(key)) found.set(key, given);
  }
  return found;
}

/** The key of a number, whatever the case and punctuation of its name. */
export function numberKey(kind: NumberKind, name: string): string {
  return `${kind}_${plainName(name)}`;
}

function plainName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

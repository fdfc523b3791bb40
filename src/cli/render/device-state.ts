import type { DeviceState } from '../../domain/result.ts';

/** What changes, as `before → after`: the members that differ, by name where there are several. */
export function transition(before: DeviceState | null, after: DeviceState | null, arrow = '→'): string {
  if (after === null) return '';
  const names = Object.keys(after);
  const changed = names.filter((name) => before?.[name] !== after[name]);
  const step = (name: string): string =>
    before?.[name] === undefined ? text(after[name]) : `${text(before[name])} ${arrow} ${text(after[name])}`;
  if (changed.length === 0) return names.map((name) => text(after[name])).join(', ');
  return changed.length === 1 ? changed.map(step).join() : changed.map((name) => `${NAMES[name] ?? name} ${step(name)}`).join(', ');
}

const NAMES: Readonly<Record<string, string>> = {
  commPlan: 'comm plan',
  siteId: 'site',
  customerRatePlanId: 'customer plan',
  customerRatePoolId: 'pool',
  revServiceId: 'service line',
};

function text(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '-' : String(value);
}

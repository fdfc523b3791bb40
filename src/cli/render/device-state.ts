import type { DeviceState } from '../../domain/result.ts';

/** What changes, as `before → after`: only the members that differ, or that are wanted. */
export function transition(before: DeviceState | null, after: DeviceState | null): string {
  if (after === null) return before === null ? '' : values(before, Object.keys(before));
  const names = Object.keys(after);
  const then = before === null ? '' : values(before, names);
  const now = values(after, names);
  return then === now || then === '' ? now : `${then} → ${now}`;
}

function values(state: DeviceState, names: readonly string[]): string {
  return names.flatMap((name) => (state[name] === undefined ? [] : [String(state[name] ?? '-')])).join('/');
}

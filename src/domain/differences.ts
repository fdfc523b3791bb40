import type { DeviceState } from './result.ts';

/** `plan was A, is B` for every member that both know and that differs. */
export function differences(then: DeviceState, now: DeviceState): readonly string[] {
  return Object.keys(then).flatMap((name) => {
    if (!Object.hasOwn(now, name) || (then[name] ?? null) === (now[name] ?? null)) return [];
    return [`${name} was ${then[name] ?? 'none'}, is ${now[name] ?? 'none'}`];
  });
}

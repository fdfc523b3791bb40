import type { Clock } from '../domain/clock.ts';

/** The current UTC day, `yyyy-MM-dd`. */
export function today(clock: Clock): string {
  return new Date(clock.now()).toISOString().slice(0, 10);
}

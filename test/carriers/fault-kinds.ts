import type { Fault } from '../../src/sandbox/simulator/faults.ts';

/** What can go wrong once with a call that has an effect, and must be survived without anybody's help. */
export const WRITE_FAULTS = [
  '429',
  '429-date',
  '429-no-retry-after',
  '500',
  '500-after',
  '503',
  'timeout-before',
  'timeout-after',
  'reset-before',
  'reset-after',
  'malformed',
  'malformed-before',
  'truncated',
  'slow-body',
] as const satisfies readonly Fault['kind'][];

/** The same for a call that only reads, and for one that can be repeated as often as one likes. */
export const READ_FAULTS = [
  '429',
  '429-date',
  '429-no-retry-after',
  '500',
  '503',
  'timeout-before',
  'reset-before',
  'truncated',
  'slow-body',
] as const satisfies readonly Fault['kind'][];

/** What a login must not repeat: nobody knows whether it was counted as a failed one. */
export const LOGIN_FAULTS = [
  '500',
  '503',
  'timeout-before',
  'reset-before',
  'truncated',
  'malformed',
] as const satisfies readonly Fault['kind'][];

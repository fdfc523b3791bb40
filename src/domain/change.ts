import type { Assignment } from './assignment.ts';
import type { PlanChange } from './plan-change.ts';

/** What is to be done to one device. */
export type Change = PlanChange | Assignment;

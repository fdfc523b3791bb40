import type { CarrierUnderTest } from './carrier-under-test.ts';
import { controlCenters } from './control-center.ts';
import { pond } from './pond.ts';
import { teal } from './teal.ts';
import { telegence } from './telegence.ts';
import { thingSpace } from './thingspace.ts';

/** The carriers that are called over HTTP, in the order of the registry. */
export const UNDER_TEST: readonly CarrierUnderTest[] = [pond, ...controlCenters, thingSpace, teal, telegence];

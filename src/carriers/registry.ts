import type { Carrier } from '../domain/carrier.ts';
import { ebonding } from './ebonding/ebonding.ts';
import { jasper, pod19, rogers, tmobileJasper } from './jasper/jasper.ts';
import { pond } from './pond/pond.ts';
import { teal } from './teal/teal.ts';
import { telegence } from './telegence/telegence.ts';
import { thingSpace } from './thingspace/thingspace.ts';

/** Every carrier the tool can change plans at. Adding one: its definition, and its line here. */
export const CARRIERS: readonly Carrier[] = [pond, jasper, tmobileJasper, pod19, rogers, thingSpace, teal, telegence, ebonding];

/** The carrier of an integration's name in the operator's database, without regard to case; undefined when there is none. */
export function carrierOf(integration: string): Carrier | undefined {
  return CARRIERS.find((carrier) => carrier.integration.toLowerCase() === integration.toLowerCase());
}

/** The ten digits that Telegence knows a line by: of eleven that begin with 1 the 1 is cut. Null when the number is anything else. */
export function subscriberNumber(msisdn: string | null): string | null {
  return /^1?(\d{10})$/.exec(msisdn ?? '')?.[1] ?? null;
}

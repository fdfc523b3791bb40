import { z } from 'zod';

import type { HttpCall, HttpClient } from '../../domain/http.ts';
import { parseJson } from '../../http/json.ts';
import { readBody, type ServiceErrors } from '../../http/verdict.ts';

/** A package as far as a plan change needs it. */
export interface Package {
  readonly packageId: string;
  readonly packageTypeId: number;
  readonly status: 'NOT_ACTIVE' | 'ACTIVE' | 'TERMINATED';
}

const packageSchema = z.object({
  packageId: z.string().min(1),
  packageTypeId: z.number().int(),
  status: z.enum(['NOT_ACTIVE', 'ACTIVE', 'TERMINATED']),
});

const pageSchema = z.object({ total: z.number().int(), elements: z.array(packageSchema) });

const errorSchema = z.object({ code: z.number().optional(), message: z.string().optional(), developerMessage: z.string().nullish() });

/** Packages per page; the contract's example. */
const PAGE = 10;

export const pondErrors: ServiceErrors = {
  service: 'POND',
  rowClass: 'carrier',
  parse: (text) => {
    const body = parseJson(errorSchema, text);
    return { code: body?.code === undefined || body.code === 0 ? null : String(body.code), message: body?.message ?? null };
  },
};

/** The calls of a POND plan change. `base` ends with the distributor id. */
export function createPondApi(base: string, http: HttpClient) {
  const packages = async (
    iccid: string,
    signal: AbortSignal,
  ): Promise<{ readonly packages: readonly Package[]; readonly text: string }> => {
    const found: Package[] = [];
    for (;;) {
      const url = `${base}/sim/${iccid}/package/infos?packageStatuses=ACTIVE&packageStatuses=NOT_ACTIVE&offset=${found.length}&count=${PAGE}&sortField=packageId&sortOrder=ASC`;
      const { value, text } = await readBody(http, { method: 'GET', url }, signal, pondErrors, (body) => {
        const page = parseJson(pageSchema, body);
        // A page without packages before the total is reached: those that are missing would look absent.
        return page?.elements.length === 0 && found.length < page.total ? null : page;
      });
      found.push(...value.elements);
      if (found.length >= value.total) return { packages: found, text };
    }
  };
  return {
    /** All ACTIVE and NOT_ACTIVE packages of the SIM. Rejects with CallFailed. */
    packages,
    packageInfo: (packageId: string, signal: AbortSignal) =>
      readBody(http, { method: 'GET', url: `${base}/package/${packageId}/info` }, signal, pondErrors, parsePackage),
    addPackage: (iccid: string, packageTypeId: number): HttpCall => ({
      method: 'POST',
      url: `${base}/sim/${iccid}/addPackage`,
      body: { packageTypeId },
    }),
    setStatus: (packageId: string, packageStatus: 'ACTIVE' | 'TERMINATED'): HttpCall => ({
      method: 'POST',
      url: `${base}/package/${packageId}/status`,
      body: { packageStatus },
    }),
  };
}

export type PondApi = ReturnType<typeof createPondApi>;

export function parsePackage(text: string): Package | null {
  return parseJson(packageSchema, text);
}

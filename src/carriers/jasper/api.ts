import { z } from 'zod';

import type { HttpAnswer, HttpCall, HttpClient } from '../../domain/http.ts';
import { parseJson } from '../../http/json.ts';
import { readBody, type ServiceErrors } from '../../http/verdict.ts';

const deviceSchema = z.object({
  iccid: z.string().min(1),
  ratePlan: z.string().nullable(),
  communicationPlan: z
    .string()
    .nullish()
    .transform((name) => name ?? null),
});

const editedSchema = z.object({ iccid: z.string() });
const errorSchema = z.object({ errorCode: z.string().optional(), errorMessage: z.string().optional() });

/** Codes of Control Center that mean more than their HTTP status says. */
const BAD_CREDENTIALS = '10000001';
const ROLE_LACKS_ACCESS = '10000030';
const RATE_LIMIT = '40000029';
/** Malformed JSON, unknown version, unknown member: nothing that the list or the device could be blamed for. */
const OUR_MISTAKE: ReadonlySet<string | null> = new Set(['10000023', '10000024', '10000028']);

/** What a plan change sends: only what changes (unknown or empty members are refused with 10000028). */
export interface JasperEdit {
  readonly ratePlan?: string;
  readonly communicationPlan?: string;
  /** Date and zone, no time: `2026-12-01Z`. */
  readonly effectiveDate?: string;
}

export function createJasperApi(service: string, base: string, http: HttpClient) {
  const errors: ServiceErrors = {
    service,
    rowClass: 'carrier',
    parse: (text) => {
      const body = parseJson(errorSchema, text);
      return { code: body?.errorCode ?? null, message: body?.errorMessage ?? null };
    },
    classify: (_status, code) => {
      if (code === BAD_CREDENTIALS || code === ROLE_LACKS_ACCESS) return 'auth';
      if (code === RATE_LIMIT) return 'limit';
      return null;
    },
    hint: (code) => (OUR_MISTAKE.has(code) ? 'a mistake of pond-bulk, not of the list: please report it' : null),
  };
  return {
    errors,
    device: (iccid: string, signal: AbortSignal) =>
      readBody(http, { method: 'GET', url: `${base}/devices/${iccid}` }, signal, errors, (text) => parseJson(deviceSchema, text)),
    edit: (iccid: string, body: JasperEdit): HttpCall => ({ method: 'PUT', url: `${base}/devices/${iccid}`, body }),
    /** Whether the body of a 2xx says that this SIM was edited: it names it. */
    isEdited: (text: string, iccid: string): true | null => (namesSim(parseJson(editedSchema, text)?.iccid ?? '', iccid) ? true : null),
  };
}

export type JasperApi = ReturnType<typeof createJasperApi>;

/** The same ICCID, also where only one of the two ends with its check digit. */
function namesSim(told: string, iccid: string): boolean {
  const [shorter = '', longer = ''] = [told.trim(), iccid].toSorted((a, b) => a.length - b.length);
  return shorter !== '' && longer.startsWith(shorter) && longer.length - shorter.length <= 1;
}

export function isRateLimited({ status, text }: HttpAnswer): boolean {
  return status === 429 || (status >= 400 && parseJson(errorSchema, text)?.errorCode === RATE_LIMIT);
}

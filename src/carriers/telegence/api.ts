import { z } from 'zod';

import { CallFailed } from '../../domain/call-failed.ts';
import type { HttpCall, HttpClient } from '../../domain/http.ts';
import type { RowError } from '../../domain/result.ts';
import { parseJson } from '../../http/json.ts';
import { readBody, type ServiceErrors } from '../../http/verdict.ts';

const lineSchema = z
  .object({ serviceCharacteristic: z.array(z.object({ name: z.string(), value: z.string().nullish() })) })
  .transform(({ serviceCharacteristic }) => {
    const valueOf = (wanted: string): string | null => serviceCharacteristic.find(({ name }) => name === wanted)?.value ?? null;
    return { plan: valueOf('singleUserCode'), sim: valueOf('sim') };
  });

/** A line as far as a plan change needs it. */
export type Line = z.output<typeof lineSchema>;

const errorSchema = z.object({ errorDescription: z.string() });

export const telegenceErrors: ServiceErrors = {
  service: 'Telegence',
  rowClass: 'carrier',
  // JSON or plain text: what has no description is told as it came.
  parse: (text) => ({ code: null, message: parseJson(errorSchema, text)?.errorDescription ?? (text.trim() === '' ? null : text.trim()) }),
};

/** The calls of a Telegence plan change. Lines are named by their subscriber number (ten digits). */
export function createTelegenceApi(base: string, http: HttpClient) {
  const urlOf = (number: string): string => `${base}/sp/mobility/lineconfig/api/v1/service/${number}`;
  return {
    /** The line as it is now. Rejects with CallFailed, also when another SIM than `iccid` is in it: its number belongs to another device then. */
    line: async (number: string, iccid: string, signal: AbortSignal): Promise<{ readonly value: Line; readonly text: string }> => {
      const read = await readBody(http, { method: 'GET', url: urlOf(number) }, signal, telegenceErrors, parseLine);
      if (read.value.sim !== iccid) throw new CallFailed(otherSim(number, iccid, http.redact(read.value.sim ?? 'none')));
      return read;
    },
    /** `day` is `yyyy-MM-dd`. */
    changePlan: (number: string, code: string, day: string): HttpCall => ({
      method: 'PATCH',
      url: urlOf(number),
      body: { effectiveDate: `${day}Z`, serviceCharacteristic: [{ name: 'singleUserCode', value: code }] },
    }),
    parseChanged: parseLine,
  };
}

export type TelegenceApi = ReturnType<typeof createTelegenceApi>;

function parseLine(text: string): Line | null {
  return parseJson(lineSchema, text);
}

function otherSim(number: string, iccid: string, found: string): RowError {
  return {
    code: 'SIM_MISMATCH',
    class: 'carrier',
    retryable: false,
    http: null,
    message: `Telegence: the SIM of ${number} is ${found}, not ${iccid}`,
    hint: 'the database and the carrier disagree about this number: correct the device first',
  };
}

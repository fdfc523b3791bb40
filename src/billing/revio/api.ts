import { z } from 'zod';

import type { HttpAnswer, HttpCall, HttpClient } from '../../domain/http.ts';
import { parseJson } from '../../http/json.ts';
import { readBody, type ServiceErrors } from '../../http/verdict.ts';

/** A service line. A line with a disconnect date is not live. */
export interface Service {
  readonly service_id: number;
  readonly customer_id: number;
  readonly number?: string | number | null | undefined;
  readonly number2?: string | number | null | undefined;
  readonly disconnected_date?: string | null | undefined;
}

export interface ServiceProduct {
  readonly service_product_id: number;
  readonly product_id: number;
}

const numberSchema = z.union([z.string(), z.number()]).nullish();
const serviceSchema = z.object({
  service_id: z.number().int(),
  customer_id: z.number().int(),
  number: numberSchema,
  number2: numberSchema,
  disconnected_date: z.string().nullish(),
});
const productSchema = z.object({ service_product_id: z.number().int(), product_id: z.number().int() });
const createdSchema = z.object({ ok: z.literal(true), id: z.number().int() });
const refusedSchema = z.object({ ok: z.literal(false) });
const refusalSchema = z.union([refusedSchema, z.array(refusedSchema).min(1)]);

function listSchema<T>(record: z.ZodType<T>) {
  return z.object({ ok: z.literal(true), has_more: z.boolean(), records: z.array(record) });
}

/** Largest page that Rev.io gives. */
const PAGE_SIZE = 500;

/** Digits of a number without its country code, at least: shorter ones are no ending of another number. */
const SHORTEST_NATIONAL = 9;

/** Said with 403 when the day's calls are used up; other 403 are about credentials. */
const OUT_OF_QUOTA = /out of call volume quota/i;

export const revioErrors: ServiceErrors = {
  service: 'Rev.io',
  rowClass: 'billing',
  parse: (text) => ({ code: null, message: messageOf(text) }),
  isRefusal: (text) => parseJson(refusalSchema, text) !== null,
  classify: (status, _code, text) => {
    if (status === 403 && OUT_OF_QUOTA.test(text)) return 'limit';
    return null;
  },
};

/** Whether nobody is let in with these credentials: all providers of a run use the same, and repeating them may lock them. */
export function isLoginRefused({ status, text }: HttpAnswer): boolean {
  return status === 401 || (status === 403 && !OUT_OF_QUOTA.test(text));
}

/** Rev.io answers with an object, an array of objects, or text. */
function messageOf(text: string): string | null {
  const said = z.object({ message: z.string().optional(), error: z.string().optional() });
  const body = parseJson(z.union([said, z.array(said)]), text);
  if (body === null) return text.trim() === '' ? null : text.trim();
  const messages = (Array.isArray(body) ? body : [body]).flatMap(({ message, error }) => message ?? error ?? []);
  return messages.length === 0 ? null : messages.join('; ');
}

/** Whether a line is of this number: by its digits, with or without a country code. One that has no such members is taken at its word. */
function hasNumber({ number, number2 }: Service, wanted: string): boolean {
  if (number === undefined && number2 === undefined) return true;
  const asked = digitsOf(wanted);
  return [number, number2].map(digitsOf).some((told) => {
    if (told === asked) return true;
    return told.length >= SHORTEST_NATIONAL && asked.length >= SHORTEST_NATIONAL && (told.endsWith(asked) || asked.endsWith(told));
  });
}

function digitsOf(text: string | number | null | undefined): string {
  return String(text ?? '').replaceAll(/\D/g, '');
}

/** The calls of a service order. `numberQuery` is the name of the look-up by number, which installations differ in. */
export function createRevioApi(base: string, numberQuery: string, http: HttpClient) {
  const listAll = async <T>(path: string, query: Readonly<Record<string, string>>, record: z.ZodType<T>, signal: AbortSignal) => {
    const schema = listSchema(record);
    const found: T[] = [];
    for (let page = 1; ; page += 1) {
      const params = new URLSearchParams({ ...query, 'search.page': String(page), 'search.page_size': String(PAGE_SIZE) });
      const call: HttpCall = { method: 'GET', url: `${base}${path}?${params.toString()}` };
      const { value, text } = await readBody(http, call, signal, revioErrors, (body) => {
        const part = parseJson(schema, body);
        // An empty page that says there is more: those that are missing would look absent.
        return part?.records.length === 0 && part.has_more ? null : part;
      });
      found.push(...value.records);
      if (!value.has_more) return { records: found, text };
    }
  };
  return {
    /** A page of one line, whichever it is. Rejects with CallFailed. */
    anyService: (signal: AbortSignal) => {
      const call: HttpCall = { method: 'GET', url: `${base}/v1/Services?search.page=1&search.page_size=1` };
      return readBody(http, call, signal, revioErrors, (body) => parseJson(listSchema(serviceSchema), body));
    },
    /** All lines with this number, as number or second number. Rejects with CallFailed. */
    services: async (number: string, signal: AbortSignal) => {
      const { records, text } = await listAll<Service>('/v1/Services', { [numberQuery]: number }, serviceSchema, signal);
      // A query that the installation does not know is passed over: then these are everybody's lines.
      return { records: records.filter((each) => hasNumber(each, number)), text };
    },
    /** Active products of a line. Rejects with CallFailed. */
    products: (serviceId: number, signal: AbortSignal) =>
      listAll<ServiceProduct>(
        '/v1/ServiceProduct',
        { 'search.service_id': String(serviceId), 'search.status': 'ACTIVE' },
        productSchema,
        signal,
      ),
    createService: (body: Readonly<Record<string, unknown>>): HttpCall => ({ method: 'POST', url: `${base}/v1/Services`, body }),
    createProduct: (body: Readonly<Record<string, unknown>>): HttpCall => ({ method: 'POST', url: `${base}/v1/ServiceProduct`, body }),
    parseCreated: (text: string): number | null => parseJson(createdSchema, text)?.id ?? null,
  };
}

export type RevioApi = ReturnType<typeof createRevioApi>;

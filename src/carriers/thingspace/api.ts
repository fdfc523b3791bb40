import { z } from 'zod';

import { CallFailed } from '../../domain/call-failed.ts';
import type { HttpAnswer, HttpCall, HttpClient } from '../../domain/http.ts';
import { parseJson } from '../../http/json.ts';
import { readBody } from '../../http/verdict.ts';
import { thingSpaceErrors } from './errors.ts';

const deviceSchema = z.object({
  accountName: z.string().nullish(),
  carrierInformations: z.array(z.object({ servicePlan: z.string().nullish(), state: z.string().nullish() })),
});

const listSchema = z.object({ devices: z.array(deviceSchema) });

/** A device as ThingSpace knows it now. */
export interface ThingSpaceDevice {
  /** Null where it is not told. */
  readonly accountName: string | null;
  /** Codes of its service plans: one, as a rule. */
  readonly plans: readonly string[];
  readonly isSuspended: boolean;
}

/** What a request moves its devices to. */
export interface PlanTarget {
  readonly accountName: string;
  readonly servicePlan: string;
  /** Null leaves the pool as it is. */
  readonly ipPool: string | null;
}

export function createThingSpaceApi(base: string, http: HttpClient) {
  return {
    /** Rejects with CallFailed, also for a device that ThingSpace does not know. */
    device: async (iccid: string, signal: AbortSignal): Promise<{ readonly value: ThingSpaceDevice; readonly text: string }> => {
      const call: HttpCall = {
        method: 'POST',
        url: `${base}/m2m/v1/devices/actions/list`,
        body: { deviceId: { kind: 'iccid', id: iccid } },
      };
      const { value, text } = await readBody(http, call, signal, thingSpaceErrors, (body) => parseJson(listSchema, body));
      const [found] = value.devices;
      if (found === undefined) throw new CallFailed(notFound(iccid));
      const { accountName, carrierInformations } = found;
      return {
        value: {
          accountName: accountName ?? null,
          plans: carrierInformations.flatMap(({ servicePlan }) => (servicePlan == null ? [] : [servicePlan])),
          isSuspended: carrierInformations.some(({ state }) => /suspend/i.test(state ?? '')),
        },
        text,
      };
    },
    /** A body without devices would select the whole account: it throws. */
    changePlan: ({ accountName, servicePlan, ipPool }: PlanTarget, iccids: readonly string[]): HttpCall => {
      if (iccids.length === 0) throw new Error('ThingSpace: a plan change without devices would change the whole account');
      const devices = iccids.map((id) => ({ deviceIds: [{ kind: 'iccid', id }] }));
      const body = { accountName, servicePlan, ...(ipPool === null ? {} : { carrierIpPoolName: ipPool }), devices };
      return { method: 'PUT', url: `${base}/m2m/v1/devices/actions/plan`, body };
    },
    parseRequestId: (text: string): string | null => parseJson(z.object({ requestId: z.string().min(1) }), text)?.requestId ?? null,
  };
}

export type ThingSpaceApi = ReturnType<typeof createThingSpaceApi>;

export function limitedFor({ status, retryAfterMs }: HttpAnswer): number | null {
  return status === 429 ? (retryAfterMs ?? 1000) : null;
}

function notFound(iccid: string) {
  return {
    code: 'REQUEST_FAILED.DeviceNotFound',
    class: 'carrier',
    retryable: false,
    http: 200,
    message: `ThingSpace does not know device ${iccid}`,
    hint: null,
  } as const;
}

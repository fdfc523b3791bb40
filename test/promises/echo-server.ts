import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { bodyOf } from '../../src/sandbox/simulator/reply.ts';
import { telegenceIccid } from '../carriers/telegence.ts';

/** As it should be, with an error status, or with a 200 that is no JSON. */
type Answering = 'well' | 'no JSON' | number;

/** How the hostile carriers answer. */
export interface Manner {
  readonly reads: Answering;
  readonly writes: Answering;
  /** How ThingSpace answers logins, and the question for an OAuth token before them; well where it is left out. */
  readonly logins?: Answering;
  readonly tokens?: Answering;
}

/** Carriers and Rev.io that repeat, in every answer and in every spelling, all that they were sent. */
export interface EchoServer {
  readonly port: number;
  manner: Manner;
  /** Values of all headers that came in, and passwords of bodies. */
  readonly heard: ReadonlySet<string>;
  stop(): Promise<void>;
}

export async function startEchoServer(): Promise<EchoServer> {
  const heard = new Set<string>();
  let manner: Manner = { reads: 'well', writes: 'well' };
  const server = createServer((request, response) => {
    for (const value of Object.values(request.headers).flat()) if (value !== undefined) heard.add(value);
    const how = howTo(request, manner);
    void bodyOf(request).then((sent) => {
      const password = passwordIn(sent);
      heard.add(password);
      const echo = echoOf(request, password);
      if (how === 'no JSON') return response.writeHead(200).end(`<html>${echo}</html>`);
      const { status, body } = how === 'well' ? wellAnswered(request, sent) : { status: how, body: errorOf(echo) };
      // Some JSON writers escape whatever is not plain ASCII, and the slash.
      const text = JSON.stringify({ ...body, echo })
        .replaceAll('/', '\\/')
        .replaceAll(/[^ -~]/g, escaped);
      return response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    // A listening TCP server has an AddressInfo.
    port: (server.address() as AddressInfo).port,
    get manner() {
      return manner;
    },
    set manner(next) {
      manner = next;
    },
    heard,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What each call is answered with. Reads of ThingSpace are POSTs. */
function howTo({ method = '', url = '' }: IncomingMessage, { reads, writes, logins = 'well', tokens = 'well' }: Manner): Answering {
  if (url.includes('/oauth2/token')) return tokens;
  if (url.includes('/session/login')) return logins;
  return method === 'GET' || url.includes('/devices/actions/list') ? reads : writes;
}

function passwordIn(sent: unknown): string {
  // The tool sent it.
  return (sent as { readonly password?: string } | undefined)?.password ?? '';
}

/** The headers as they came, and what a gateway, a log or a web page makes of them. */
function echoOf({ headers }: IncomingMessage, password: string): string {
  const { authorization = '', apikey = '', apisecret = '', 'ocp-apim-subscription-key': key = '', 'vz-m2m-token': session = '' } = headers;
  const appSecret = headers['app-secret'] ?? '';
  const login = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
  const sent = [
    authorization,
    authorization.replace('Bearer ', ''),
    String(session),
    password,
    String(apikey),
    String(apisecret),
    String(key),
    String(appSecret),
    login,
    login.slice(login.indexOf(':') + 1),
  ];
  return [
    ...sent,
    JSON.stringify(sent),
    JSON.stringify(JSON.stringify(sent)),
    ...sent.map(encodeURIComponent),
    new URLSearchParams({ sent: sent.join(' ') }).toString(),
    ...sent.map((value) => Buffer.from(`log: ${value}`).toString('base64')),
    ...sent.map((value) => value.replaceAll(/[^\w ]/g, escaped)),
    ...sent.map((value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')),
  ].join(' ; ');
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** An error in the words of all of them: POND, Control Center, ThingSpace, Teal, Telegence, Rev.io. */
function errorOf(echo: string): object {
  const refused = `refused: ${echo}`;
  return { code: 0, message: refused, errorCode: `E ${echo}`, errorMessage: refused, errorDescription: refused, error: echo, ok: false };
}

let lastId = 200_000;
/** Entries of Teal's plan changes, by request id. */
const assigned = new Map<string, readonly { readonly eid: string; readonly planUuid: string }[]>();

/** Done at once. */
function tealAnswer(url: string, sent: unknown): { readonly status: number; readonly body: object } {
  const query = new URL(url, 'http://host').searchParams;
  const requestId = query.get('requestId') ?? '';
  const eid = query.get('eid');
  if (eid !== null) {
    const planUuid = [...assigned.values()].flat().findLast((entry) => entry.eid === eid)?.planUuid ?? 'none';
    return { status: 200, body: { success: true, entries: [{ eid, planUuid, planChangeStatus: 'SUCCESS' }] } };
  }
  // The tool sent it.
  if (sent !== undefined) assigned.set(requestId, (sent as { readonly entries: readonly { eid: string; planUuid: string }[] }).entries);
  const entries = assigned.get(requestId)?.map((entry) => ({ ...entry, success: true }));
  return entries === undefined ? { status: 404, body: { success: false } } : { status: 200, body: { success: true, entries } };
}

/** Tokens that ThingSpace gives out: secrets too. */
export const TOKENS = { bearer: 'bearer/7f+"1&d', session: 'session%5c"/e8+2' };

/** ThingSpace's devices by ICCID, as far as they were moved. */
const moved = new Map<string, string>();

function thingSpaceAnswer(url: string, sent: unknown): { readonly status: number; readonly body: object } {
  if (url.includes('/oauth2/token')) return { status: 200, body: { access_token: TOKENS.bearer } };
  if (url.includes('/session/login')) return { status: 200, body: { sessionToken: TOKENS.session } };
  // The tool sent it.
  const asked = sent as {
    readonly deviceId?: { readonly id: string };
    readonly servicePlan: string;
    readonly devices: readonly { readonly deviceIds: readonly { readonly id: string }[] }[];
  };
  if (asked.deviceId !== undefined) {
    const servicePlan = moved.get(asked.deviceId.id) ?? 'TS-5MB';
    return { status: 200, body: { devices: [{ carrierInformations: [{ servicePlan, state: 'active' }] }] } };
  }
  for (const { id } of asked.devices.flatMap(({ deviceIds }) => deviceIds)) moved.set(id, asked.servicePlan);
  lastId += 1;
  return { status: 200, body: { requestId: `request-${lastId}` } };
}

/** Plans of Telegence's lines by their number, as far as they were changed. */
const codes = new Map<string, string>();

function telegenceAnswer(url: string, sent: unknown): { readonly status: number; readonly body: object } {
  const number = url.slice(url.lastIndexOf('/') + 1);
  // The tool sent it.
  const wanted = (sent as { readonly serviceCharacteristic: readonly { readonly value: string }[] } | undefined)?.serviceCharacteristic[0];
  if (wanted !== undefined) codes.set(number, wanted.value);
  const values = { singleUserCode: codes.get(number) ?? 'TG-1GB', sim: telegenceIccid(Number(number.slice(-2))) };
  return { status: 200, body: { serviceCharacteristic: Object.entries(values).map(([name, value]) => ({ name, value })) } };
}

function wellAnswered({ method = '', url = '' }: IncomingMessage, sent: unknown): { readonly status: number; readonly body: object } {
  lastId += 1;
  const isRead = method === 'GET';
  if (url.includes('requestId=')) return tealAnswer(url, sent);
  if (url.startsWith('/thingspace/')) return thingSpaceAnswer(url, sent);
  if (url.startsWith('/telegence/')) return telegenceAnswer(url, sent);
  const iccid = /devices\/(\d+)/.exec(url)?.[1];
  if (iccid !== undefined) return { status: 200, body: { iccid, ratePlan: 'IOT-10MB', communicationPlan: null } };
  if (url.includes('/v1/Service')) {
    return isRead ? { status: 200, body: { ok: true, has_more: false, records: [] } } : { status: 201, body: { ok: true, id: lastId } };
  }
  const found = { packageId: `package-${lastId}`, packageTypeId: isRead ? 101 : 105, status: isRead ? 'ACTIVE' : 'NOT_ACTIVE' };
  return { status: 200, body: url.includes('/infos') ? { total: 1, elements: [found] } : found };
}

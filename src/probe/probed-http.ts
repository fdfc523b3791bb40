import type { HttpClient } from '../domain/http.ts';
import { around, type Probe } from './probe.ts';

/** The same client, with a moment before and after each call that has an effect. */
export function probedHttp(http: HttpClient, probe: Probe): HttpClient {
  return { ...http, send: around(probe, ({ method, url }) => [['send', `${method} ${url}`]], http.send) };
}

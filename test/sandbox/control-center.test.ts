import { describe, expect, test } from 'vitest';

import { sampleData } from '../../src/sandbox/sample-data.ts';
import { basic } from '../../src/sandbox/simulator/service.ts';
import { caller, testSimulator } from './simulators.ts';

const ICCID = sampleData().controlCenter.jasper[0]?.iccid ?? '';

function inDays(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}Z`;
}

describe('Jasper family', () => {
  test('wrong credentials: 401, code 10000001 and the realm', async () => {
    const { jasper } = await testSimulator();

    const answered = await jasper('GET', `/devices/${ICCID}`, undefined, { Authorization: basic('sandbox', 'wrong') });

    expect(answered).toMatchObject({ status: 401, body: { errorCode: '10000001' } });
    expect(answered.headers.get('WWW-Authenticate')).toBe('Basic realm="Jasper"');
  });

  test('each tenant has its own key and devices', async () => {
    const { host } = await testSimulator();
    const rogers = caller(`${host}/rogers/rws/api/v1`, { Authorization: basic('sandbox', 'sandbox-rogers-key') });

    const own = await rogers('GET', `/devices/${sampleData().controlCenter.rogers[0]?.iccid}`);
    const foreign = await rogers('GET', `/devices/${ICCID}`);

    expect([own.status, foreign.status]).toEqual([200, 404]);
    expect(foreign.body).toMatchObject({ errorCode: '20000001' });
  });

  test('a device holds strings or null, and dates in their own form', async () => {
    const { jasper } = await testSimulator();

    const { body } = await jasper('GET', `/devices/${ICCID}`);

    expect(body).toMatchObject({ iccid: ICCID, ratePlan: 'IOT-10MB', communicationPlan: 'CP_Basic', customer: null });
    expect(Object.values(body as object).filter((value) => typeof value !== 'string' && value !== null)).toEqual([]);
    expect((body as { dateUpdated: string }).dateUpdated).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000$/);
  });

  test('an edit changes what it names and nothing else; again it leaves the same', async () => {
    const { jasper } = await testSimulator();

    const answers = [
      await jasper('PUT', `/devices/${ICCID}`, { ratePlan: 'IOT-1GB' }),
      await jasper('PUT', `/devices/${ICCID}`, { ratePlan: 'IOT-1GB' }),
    ];

    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, { iccid: ICCID }],
      [200, { iccid: ICCID }],
    ]);
    expect((await jasper('GET', `/devices/${ICCID}`)).body).toMatchObject({ ratePlan: 'IOT-1GB', communicationPlan: 'CP_Basic' });
  });

  test.each([
    ['an unknown member', { ratePlan: 'IOT-1GB', plan: 'x' }, 400, '10000028'],
    ['null for unchanged', { ratePlan: 'IOT-1GB', communicationPlan: null }, 400, '10000028'],
    ['an empty string for unchanged', { ratePlan: 'IOT-1GB', communicationPlan: '' }, 400, '10000028'],
    ['an effective date with a time', { ratePlan: 'IOT-1GB', effectiveDate: '2026-12-01T00:00:00Z' }, 400, '10000028'],
    ['no JSON', '{"ratePlan"', 400, '10000023'],
    ['an unknown plan', { ratePlan: 'NO-SUCH' }, 400, undefined],
    ['a date beyond 180 days', { ratePlan: 'IOT-1GB', effectiveDate: inDays(182) }, 400, undefined],
  ])('%s is refused and changes nothing', async (_name, body, status, errorCode) => {
    const { jasper } = await testSimulator();

    const answered = await jasper('PUT', `/devices/${ICCID}`, body);

    expect([answered.status, (answered.body as { errorCode?: string }).errorCode]).toEqual([status, errorCode]);
    expect((await jasper('GET', `/devices/${ICCID}`)).body).toMatchObject({ ratePlan: 'IOT-10MB' });
  });

  test('a later effective date leaves the plan until then', async () => {
    const { jasper, client } = await testSimulator();

    const answered = await jasper('PUT', `/devices/${ICCID}`, { ratePlan: 'IOT-1GB', effectiveDate: inDays(30) });

    expect(answered.status).toBe(200);
    expect((await jasper('GET', `/devices/${ICCID}`)).body).toMatchObject({ ratePlan: 'IOT-10MB' });
    expect((await client.summary()).effects).toEqual({ 'plan scheduled': 1 });
  });

  test('the list has pages of at most 50, since a date that must be given', async () => {
    const { jasper } = await testSimulator();

    const page = await jasper('GET', '/devices?modifiedSince=2025-01-01T00:00:00Z&pageSize=5&pageNumber=3');
    const later = await jasper('GET', '/devices?modifiedSince=2025-06-01T00:00:00Z');
    const refused = [await jasper('GET', '/devices'), await jasper('GET', '/devices?modifiedSince=2025-01-01T00:00:00Z&pageSize=51')];

    expect(page.body).toMatchObject({ devices: [{ ratePlan: 'IOT-10MB' }, { status: 'ACTIVATED' }], pageNumber: 3, lastPage: true });
    expect(later.body).toMatchObject({ devices: [], lastPage: true });
    expect(refused.map(({ status }) => status)).toEqual([400, 400]);
  });
});

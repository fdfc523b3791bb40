import { expect, test } from 'vitest';

import { inputsOf } from '../../../src/database/procedures/dictionary.ts';
import { findProcedure } from '../../../src/database/procedures/procedure.ts';
import type { Queries } from '../../../src/database/database.ts';
import { deviceValues } from './values.ts';

const portalTypes = { M2M: 0, Mobility: 2 };
const parameter = (name: string, type = 'nvarchar') => ({ name, type, isOutput: false });

test('parameters are filled by name, whatever their case and whichever of their names they have', () => {
  const parameters = [
    'ID',
    'bulkChangeId',
    'iccid',
    'SubscriberNumber',
    'PHONENUMBER',
    'userName',
    'EffectiveDate',
    'm2mDeviceIds',
    'mobilityDeviceIds',
    'portalTypeId',
  ];

  const inputs = inputsOf(
    parameters.map((name) => parameter(name)),
    { bulkChangeId: '9007199254740993', operator: 'sandbox', portalTypes, devices: [deviceValues(7)] },
  );

  expect(Object.fromEntries(inputs)).toEqual({
    ID: '9007199254740993',
    bulkChangeId: '9007199254740993',
    iccid: '8988303000000000007',
    SubscriberNumber: '15550100007',
    PHONENUMBER: '15550100007',
    userName: 'sandbox',
    EffectiveDate: '2026-12-01T00:00:00',
    m2mDeviceIds: '7',
    mobilityDeviceIds: '',
    portalTypeId: 0,
  });
});

test('a customer is named by its key where the parameter is a uniqueidentifier, else by its Rev.io id', () => {
  const of = (type: string) =>
    inputsOf([parameter('RevCustomerId', type)], { bulkChangeId: '1', operator: 'o', portalTypes, devices: [deviceValues(7)] }).get(
      'RevCustomerId',
    );

  expect([of('uniqueidentifier'), of('nvarchar')]).toEqual(['4b1c6f9e-0000-0000-0000-000000004712', '4712']);
});

test('of many devices only what they share has a value, and their ids are listed', () => {
  const devices = [deviceValues(7), { ...deviceValues(8), siteId: 3 }];

  const inputs = inputsOf([parameter('TenantId'), parameter('SiteId'), parameter('m2mDeviceIds')], {
    bulkChangeId: '1',
    operator: 'o',
    portalTypes,
    devices,
  });

  expect(Object.fromEntries(inputs)).toEqual({ TenantId: 1, SiteId: null, m2mDeviceIds: '7,8' });
});

const definition = `
  /* @Extra int = 1 in a comment is no default */
  CREATE PROCEDURE dbo.usp_x
    @ICCID nvarchar(50), -- @Note nvarchar(50) = 'no'
    @Note AS nvarchar(50) = 'yes',
    @Rate decimal(10, 2)=NULL,
    @Extra int,
    @Said nvarchar(200) OUTPUT
  AS BEGIN SET @Extra = 1 END`;

function databaseWith(names: readonly string[]): Queries {
  const rows = names.map((name) => ({ parameter: `@${name}`, type: 'nvarchar', is_output: name === 'Said' ? 1 : 0, definition }));
  // The only thing asked of it is this query.
  return { engine: 'mssql', query: async () => rows } as unknown as Queries;
}

test('a parameter that nobody can fill must have a default, else the run is refused before it begins', async () => {
  const found = await findProcedure(databaseWith(['ICCID', 'Note', 'Rate', 'Said']), 'usp_x');

  expect(found).toMatchObject({ isPerDevice: true, parameters: [{ hasDefault: false }, { hasDefault: true }, { hasDefault: true }, {}] });
  await expect(findProcedure(databaseWith(['ICCID', 'Extra']), 'usp_x')).rejects.toMatchObject({
    code: 'PROCEDURE_PARAMETER_UNKNOWN',
    message: 'The procedure usp_x requires @Extra, which pond-bulk cannot fill: give it a default in the database',
  });
});

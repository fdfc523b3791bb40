import { tealEsims, tealPlans, tealTables } from '../dist/sandbox/sample/teal.js';
import { moreOfThingSpace } from '../dist/sandbox/sample/thingspace.js';
import { withCheckDigit } from '../dist/sandbox/check-digit.js';
import { atMost } from './setup.js';
import { openWorld } from './world.js';

const DEVICES = 300;
const SHARE = 100;
const RATE = 100;

/** Carriers that take many devices in one request, beside one request per device at the same pace. */
export async function sharedRequests(folder) {
  const thingSpace = moreOfThingSpace(DEVICES, 200_000);
  const teal = moreOfTeal(DEVICES, 300_000);
  const { carrier, change } = await openWorld(folder, 'shared', thingSpace, teal);
  try {
    const { thingspace, teal: tealState } = await carrier.state();
    await carrier.load({
      thingspace: { ...thingspace, devices: thingSpace.thingspace.devices },
      teal: { ...tealState, esims: teal.teal.esims, plans: tealPlans() },
    });
    /** Requests and seconds of moving all devices to a plan. */
    const measured = async (fleet, plan, prefix, batchSize) => {
      const { calls } = await carrier.summary();
      const startedAt = performance.now();
      const settings = { [`${prefix}_RATE`]: String(RATE), [`${prefix}_CONCURRENCY`]: '10', [`${prefix}_BATCH_SIZE`]: String(batchSize) };
      await change(
        fleet.tables.Device.map(({ ICCID }) => ICCID),
        plan,
        settings,
      );
      return { requests: (await carrier.summary()).calls - calls, seconds: (performance.now() - startedAt) / 1000 };
    };
    const compared = async (name, fleet, prefix, plans) => {
      await carrier.latency(name, 20);
      await carrier.limits(name, { perMinute: null });
      const alone = await measured(fleet, plans[0], prefix, 1);
      const shared = await measured(fleet, plans[1], prefix, SHARE);
      console.log(
        `  ${name}: ${DEVICES} devices in ${shared.requests} requests and ${shared.seconds.toFixed(1)} s, each alone ${alone.requests} and ${alone.seconds.toFixed(1)} s`,
      );
      return [
        atMost(`${name}: requests, ${SHARE} devices in one beside one each`, shared.requests / alone.requests, 0.75),
        atMost(`${name}: time`, shared.seconds / alone.seconds, 0.85),
      ];
    };
    return [
      ...(await compared('thingspace', thingSpace, 'THINGSPACE', ['TS-50MB', 'TS-500MB'])),
      ...(await compared('teal', teal, 'TEAL', ['TEAL-500MB', 'TEAL-1GB'])),
    ];
  } finally {
    await carrier.stop();
  }
}

/** Devices of Teal like the first of the sample fleet. */
function moreOfTeal(count, firstId) {
  const { Device, Device_Tenant } = tealTables();
  const [esim] = tealEsims();
  const all = Array.from({ length: count }, (_, index) => ({
    id: firstId + index,
    iccid: withCheckDigit(`8901490221${String(index + 1).padStart(9, '0')}`),
    eid: `89049033${String(index + 1).padStart(24, '0')}`,
    msisdn: `88242${String(index + 1).padStart(8, '0')}`,
  }));
  return {
    tables: {
      Device: all.map(({ id, iccid, eid, msisdn }) => ({ ...Device[0], id, ICCID: iccid, EID: eid, MSISDN: msisdn })),
      Device_Tenant: all.map(({ id }) => ({ ...Device_Tenant[0], DeviceId: id })),
    },
    teal: { esims: all.map(({ iccid, eid }) => ({ ...esim, iccid, eid })), plans: [] },
  };
}

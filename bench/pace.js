import { pondFleet } from '../dist/sandbox/sample-data.js';
import { atLeast, atMost } from './setup.js';
import { openWorld } from './world.js';

const DEVICES = 400;
const RATE = 100;
const AT_ONCE = 8;
/** Calls arrive later than they were sent, one more than another. */
const JITTER = 1.1;

/** The rate that is used of the one that is allowed, by one process and by two that share the account. */
export async function pace(folder) {
  const fleet = pondFleet(3 * DEVICES);
  const { carrier, change } = await openWorld(folder, 'pace', fleet);
  try {
    await carrier.load({
      pond: { packageTypes: [{ packageTypeId: 105, name: 'POND-5GB' }], sims: fleet.pond.sims, packages: fleet.pond.packages },
    });
    await carrier.latency('pond', 20);
    await carrier.limits('pond', { perSecond: Math.round(RATE * JITTER), concurrency: AT_ONCE });
    const settings = { POND_RATE: String(RATE), POND_CONCURRENCY: String(AT_ONCE) };
    const iccids = fleet.tables.Device.map(({ ICCID }) => ICCID);
    const listOf = (n) => iccids.slice(n * DEVICES, (n + 1) * DEVICES);

    await change(listOf(0), 'POND-5GB', settings);
    const { calls } = await carrier.summary();
    await Promise.all([1, 2].map((n) => change(listOf(n), 'POND-5GB', settings)));

    const entries = await carrier.ledger({ service: 'pond', limit: 1_000_000 });
    const { violations } = await carrier.summary();
    console.log(`  ${entries.length} calls, allowed are ${RATE} a second and ${AT_ONCE} at once`);
    return [
      atLeast('of the allowed rate is used by one process', usedRate(entries.slice(0, calls)) / RATE, 0.9),
      atLeast('of the allowed rate is used by two on one account', usedRate(entries.slice(calls)) / RATE, 0.9),
      atMost('calls over a limit', violations.length, 0),
    ];
  } finally {
    await carrier.stop();
  }
}

/** Calls per second from the first to the last. */
function usedRate(entries) {
  return ((entries.length - 1) * 1000) / (entries.at(-1).at - entries[0].at);
}

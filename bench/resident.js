// Runs pond-bulk and tells the largest resident set of the process, in KB.
import { main } from '../dist/main.js';

process.exitCode = await main(process.argv.slice(2), process);
process.stderr.write(`max resident ${process.resourceUsage().maxRSS}\n`);

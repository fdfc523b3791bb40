// Runs pond-bulk as its bin does, and tells the largest resident set of the process, in KB.
process.on('exit', () => process.stderr.write(`max resident ${process.resourceUsage().maxRSS}\n`));
await import('../bin/pond-bulk.js');

// Loaded into the agent before it starts: told by SIGUSR2, it collects garbage and writes how much memory is in use to the file that PORTHOLE_SOAK_MEMORY names.
'use strict';
const { renameSync, writeFileSync } = require('node:fs');

process.on('SIGUSR2', () => {
  globalThis.gc();
  const file = process.env.PORTHOLE_SOAK_MEMORY;
  writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
  renameSync(`${file}.new`, file);
});

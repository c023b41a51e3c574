/*
 * npm start [-- flags]
 *
 * Builds what is missing, then becomes `quorate ensemble <flags>`: the same process, so that signals need no forwarding.
 */
import { buildMissing } from './build.mjs';

buildMissing();
process.argv.splice(2, process.argv.length, 'ensemble', ...process.argv.slice(2));
await import('../packages/cli/bin/quorate.js');

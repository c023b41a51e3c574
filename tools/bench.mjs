/*
 * npm run bench [-- flags]
 *
 * Builds what is missing, then runs examples/benchmark with the flags.
 */
import { buildMissing } from './build.mjs';

buildMissing();
await import('../examples/benchmark/dist/main.js');

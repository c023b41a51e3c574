import { transportConformance } from '@quorate/conformance';
import { describe, test } from 'vitest';
import { tcp } from '../src/index.js';

transportConformance(
  { describe, test },
  {
    name: 'transport-tcp',
    create: async () => ({
      transport: tcp({ endTimeoutMs: 1_000 }),
      listenAddress: () => '127.0.0.1:0',
      dispose: () => {},
    }),
  },
);

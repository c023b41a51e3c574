import { transportConformance } from '@quorate/conformance';
import { describe, test } from 'vitest';
import { websocket } from '../src/index.js';

transportConformance(
  { describe, test },
  {
    name: 'transport-websocket',
    create: async () => ({
      transport: websocket({ endTimeoutMs: 1_000 }),
      listenAddress: () => '127.0.0.1:0',
      dispose: () => {},
    }),
  },
);

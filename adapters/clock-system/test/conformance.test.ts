import { clockConformance } from '@quorate/conformance';
import { describe, test } from 'vitest';
import { systemClock } from '../src/index.js';

clockConformance({ describe, test }, { name: 'clock-system', create: async () => ({ clock: systemClock() }) });

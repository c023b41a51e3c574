import { startTestEnsemble } from '@quorate/compose/testing';
import { expect, test } from 'vitest';
import { outliveLeader } from '../src/outlive-leader.js';

test('a session and its ephemeral outlive the leader, and so does what is written next', async () => {
  await using ensemble = await startTestEnsemble({ servers: 3 });
  expect(await outliveLeader(ensemble)).toMatchObject({ data: 'two', alive: true });
});

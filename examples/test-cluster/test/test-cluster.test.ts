import { isZkError } from '@quorate/client';
import { startTestEnsemble } from '@quorate/compose/testing';
import { expect, test } from 'vitest';

test('a session and its ephemeral outlive the leader they were made through', async () => {
  await using ensemble = await startTestEnsemble({ servers: 3 });
  const client = await ensemble.connect();
  await client.create('/service', 'one');
  await client.create('/service/me', '', { mode: 'ephemeral' });
  const session = client.sessionId;
  await ensemble.kill(await ensemble.leader());
  // The write may be lost with the connection that the leader's end costs; the session is not.
  await client.setData('/service', 'two').catch((error: unknown) => {
    if (!isZkError(error)) throw error;
  });
  await client.setData('/service', 'three');
  expect(await client.exists('/service/me')).not.toBeNull();
  expect(client.sessionId).toBe(session);
});

import { type Client, isZkError } from '@quorate/client';
import type { TestEnsemble } from '@quorate/compose/testing';

/** Sets the data again where the first try was lost with its connection: nobody can know whether it was carried out. */
async function setSurely(client: Client, path: string, data: string): Promise<void> {
  try {
    await client.setData(path, data);
  } catch (error) {
    if (!isZkError(error) || error.name !== 'connectionLoss') throw error;
    await client.setData(path, data);
  }
}

/** Writes, kills the leader, writes again in the same session. @returns what is there afterwards */
export async function outliveLeader(ensemble: TestEnsemble): Promise<{ killed: number; data: string; alive: boolean }> {
  const client = await ensemble.connect();
  await client.create('/service', 'one');
  await client.create('/service/me', '', { mode: 'ephemeral' });
  const killed = await ensemble.leader();
  await ensemble.kill(killed);
  await setSurely(client, '/service', 'two');
  const { data } = await client.getData('/service');
  const alive = (await client.exists('/service/me')) !== null;
  return { killed, data: new TextDecoder().decode(data ?? new Uint8Array(0)), alive };
}

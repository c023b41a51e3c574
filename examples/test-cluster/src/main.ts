import { startTestEnsemble } from '@quorate/compose/testing';

const began = performance.now();
await using ensemble = await startTestEnsemble({ servers: 3 });
console.log(`three servers after ${Math.round(performance.now() - began)} ms, server ${await ensemble.leader()} leads`);

const client = await ensemble.connect();
await client.create('/service', 'one');
await client.create('/service/me', '', { mode: 'ephemeral' });

const leader = await ensemble.leader();
await ensemble.kill(leader);
const { version } = await client.setData('/service', 'two');
console.log(`server ${leader} was killed; the write went through as version ${version}`);
console.log(`the session lives on: ${(await client.exists('/service/me')) !== null}`);

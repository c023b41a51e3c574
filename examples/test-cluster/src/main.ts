import { startTestEnsemble } from '@quorate/compose/testing';
import { outliveLeader } from './outlive-leader.js';

const began = performance.now();
await using ensemble = await startTestEnsemble({ servers: 3 });
console.log(`three servers after ${Math.round(performance.now() - began)} ms`);
const { killed, data, alive } = await outliveLeader(ensemble);
console.log(`server ${killed} led and was killed; the data is "${data}" now`);
console.log(`the session lives on: ${alive}`);

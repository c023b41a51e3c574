import { startServer } from './server.js';

const [id = '1', directory = './data/example', ensemble = '1=127.0.0.1:2888:3888;2181'] = process.argv.slice(2);
const server = await startServer(Number(id), ensemble, directory);
await server.serving();
console.log(`server ${id} is ${server.status.role}; clients connect to ${server.clientAddresses.join(', ')}`);
process.once('SIGINT', () => server.close());
process.once('SIGTERM', () => server.close());

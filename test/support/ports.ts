import { createServer } from 'node:net';

/** Below the range from which Linux takes the ports of outgoing connections and of "port 0", so that none of those is in the way later. */
const FIRST = 18_000;
const LAST = 31_999;
const BLOCK = 50;

/** Ports of the block this process holds that have not been handed out yet. */
let left: number[] = [];

/**
 * Consecutive ports on which nobody listens now and that no other test gets: each comes from a block whose first port this process
 * listens on until it ends, so two test processes never draw from the same block, however long they wait before they listen.
 */
export async function freePorts(count: number): Promise<number[]> {
  if (count >= BLOCK) throw new Error(`${count} ports were asked for, a block has ${BLOCK - 1}`);
  let ports: number[] = [];
  while (ports.length < count) {
    const port = left.shift();
    if (port === undefined) left = await takeBlock();
    else if (!(await canListen(port))) ports = [];
    else if (ports.at(-1) === port - 1) ports.push(port);
    else ports = [port];
  }
  return ports;
}

async function takeBlock(): Promise<number[]> {
  const blocks = Math.floor((LAST - FIRST + 1) / BLOCK);
  const start = Math.floor(Math.random() * blocks);
  for (let tried = 0; tried < blocks; tried++) {
    const guard = FIRST + ((start + tried) % blocks) * BLOCK;
    const held = await listen(guard);
    if (!held) continue;
    held.unref();
    return Array.from({ length: BLOCK - 1 }, (_, index) => guard + 1 + index);
  }
  throw new Error(`no block of ${BLOCK} ports between ${FIRST} and ${LAST} is free: end what listens there`);
}

async function canListen(port: number): Promise<boolean> {
  const server = await listen(port);
  if (!server) return false;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return true;
}

function listen(port: number): Promise<ReturnType<typeof createServer> | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

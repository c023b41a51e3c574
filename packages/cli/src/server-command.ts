import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, isStandalone, type Place, parseZooCfg, placeOf } from '@quorate/server';
import { assembleServer } from './assemble.js';
import { lockDirectory } from './lock-file.js';
import { CommandFailure, type Output } from './output.js';
import { untilStopped } from './running.js';
import { tellRoles } from './status-lines.js';

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${what} ${path} cannot be read: ${(error as Error).message}`);
  }
}

function failAll(what: string, problems: readonly string[]): never {
  throw new CommandFailure(`${what}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
}

function readConfig(path: string, output: Output): Config {
  const result = parseZooCfg(readText(path, 'the configuration'));
  for (const warning of result.warnings) output.error(`${path}: ${warning}`);
  if (!result.ok) failAll(`${path} is no usable configuration`, result.problems);
  return result.config;
}

function findPlace(config: Config, output: Output): Place {
  let myid: string | undefined;
  try {
    myid = isStandalone(config) ? undefined : readFileSync(join(config.dataDir, 'myid'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new CommandFailure(`${join(config.dataDir, 'myid')} cannot be read: ${(error as Error).message}`);
    }
  }
  const result = placeOf(config, myid);
  if (!result.ok) failAll('this server has no place in its configuration', result.problems);
  for (const warning of result.warnings) output.error(warning);
  return result.place;
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new CommandFailure(`the directory ${path} cannot be made: ${(error as Error).message}`);
  }
}

/** `quorate server <zoo.cfg>`: one server until it is told to stop. @throws CommandFailure, QuorateError when it cannot start or go on */
export async function runServer(configPath: string, output: Output): Promise<void> {
  const config = readConfig(configPath, output);
  await makeDirectory(config.dataDir);
  await makeDirectory(config.dataLogDir);
  const place = findPlace(config, output);
  const unlock = lockDirectory(config.dataDir);
  try {
    await serve(config, place, output);
  } finally {
    unlock();
  }
}

async function serve(config: Config, place: Place, output: Output): Promise<void> {
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const server = assembleServer({
    config,
    place,
    onFatal: (error) =>
      fail(new CommandFailure(`server ${place.id} stopped: ${error.message}`, undefined, { cause: error })),
    onNotice: (text) => output.line(text),
  });
  tellRoles(server, (words) => output.line(`server ${place.id} is ${words}`));
  const stopped = untilStopped(output);
  await server.start();
  output.line(`server ${place.id} listens for clients on ${server.clientAddresses.join(', ')}`);
  try {
    await Promise.race([stopped, failed]);
  } finally {
    await server.close();
  }
  output.line(`server ${place.id} has stopped`);
}

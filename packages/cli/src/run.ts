import { isQuorateError } from '@quorate/interfaces';
import { QUORATE_VERSION, ZOOKEEPER_VERSION } from '@quorate/server';
import { HELP, parseCommand } from './arguments.js';
import { runEnsemble } from './ensemble-command.js';
import { CommandFailure, EXIT_FAILED, EXIT_OK, type Output, processOutput, stamped } from './output.js';
import { runServer } from './server-command.js';

/** What an error says to whoever typed the command. A bug of ours keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof CommandFailure || isQuorateError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs one command to its end. @returns the exit status */
export async function run(args: readonly string[], output: Output = processOutput): Promise<number> {
  try {
    const command = parseCommand(args);
    switch (command.name) {
      case 'help':
        output.line(HELP);
        break;
      case 'version':
        output.line(`quorate ${QUORATE_VERSION} (as ZooKeeper ${ZOOKEEPER_VERSION})`);
        break;
      case 'server':
        await runServer(command.configPath, stamped(output));
        break;
      case 'ensemble':
        await runEnsemble(command.arguments, output);
        break;
    }
    return EXIT_OK;
  } catch (error) {
    output.error(`quorate: ${explain(error)}`);
    return error instanceof CommandFailure ? error.exitCode : EXIT_FAILED;
  }
}

import { expect, test } from 'vitest';
import { parseCommand } from '../src/arguments.js';
import { CommandFailure, EXIT_USAGE } from '../src/output.js';

function failure(...args: string[]): CommandFailure {
  try {
    parseCommand(args);
  } catch (error) {
    if (error instanceof CommandFailure) return error;
  }
  throw new Error('it was understood');
}

test.each([[[]], [['help']], [['--help']], [['-h']], [['server', '--help']], [['ensemble', '-h']]])(
  '%j asks for help',
  (args) => {
    expect(parseCommand(args)).toEqual({ name: 'help' });
  },
);

test('a server takes the path of its configuration', () => {
  expect(parseCommand(['server', 'zoo.cfg'])).toEqual({ name: 'server', configPath: 'zoo.cfg' });
  expect(failure('server').message).toContain('the path of a zoo.cfg');
  expect(failure('server', 'a', 'b').exitCode).toBe(EXIT_USAGE);
});

test('an ensemble needs no flags, and takes each of them', () => {
  expect(parseCommand(['ensemble'])).toEqual({
    name: 'ensemble',
    arguments: {
      ephemeral: false,
      basePort: 2181,
      peerBasePort: 2888,
      data: './data',
      servers: 3,
      host: '127.0.0.1',
      tickTime: 2000,
    },
  });
  const flags =
    '--ephemeral --base-port 1000 --peer-base-port 2000 --data d --servers 5 --host ::1 --tick-time 100'.split(' ');
  expect(parseCommand(['ensemble', ...flags])).toMatchObject({
    arguments: {
      ephemeral: true,
      basePort: 1000,
      peerBasePort: 2000,
      data: 'd',
      servers: 5,
      host: '::1',
      tickTime: 100,
    },
  });
});

test.each([
  [['ensemble', '--servers', '0'], '--servers 0: expected a whole number from 1 to 254'],
  [['ensemble', '--base-port', '65535'], '--base-port 65535: expected a whole number from 1 to 65533'],
  [['ensemble', '--base-port', 'x'], '--base-port x: expected a whole number from 1 to 65533'],
  [['ensemble', '--wrong'], "Unknown option '--wrong'"],
  [['ensemble', 'extra'], 'extra'],
  [['fly'], 'there is no command "fly"'],
])('%j is refused in words, with where to look', (args, words) => {
  const { message, exitCode } = failure(...args);
  expect(message).toContain(words);
  expect(message).toContain('quorate --help');
  expect(exitCode).toBe(EXIT_USAGE);
});

import { join } from 'node:path';
import { placeOf } from '@quorate/server';
import { expect, test } from 'vitest';
import { configOf } from '../src/ensemble-command.js';

const GIVEN = {
  ephemeral: false,
  basePort: 2181,
  peerBasePort: 2888,
  data: './data',
  servers: 3,
  host: '127.0.0.1',
  tickTime: 2000,
};

test('three servers: client, peer and election ports follow each other, data in a directory each', () => {
  const config = configOf(2, GIVEN);
  expect(config.dataDir).toBe(join('data', '2'));
  expect(config.fourLetterWords).toEqual(['*']);
  const result = placeOf(config, '2');
  expect(result.ok && result.place).toEqual({
    id: 2,
    standalone: false,
    clientAddress: '127.0.0.1:2182',
    members: [1, 2, 3].map((id) => ({
      id,
      kind: 'voter',
      peerAddress: `127.0.0.1:${2887 + id}`,
      electionAddress: `127.0.0.1:${3887 + id}`,
    })),
  });
});

test('one server is standalone', () => {
  const result = placeOf(configOf(1, { ...GIVEN, servers: 1, basePort: 4000 }), '1');
  expect(result.ok && [result.place.standalone, result.place.clientAddress]).toEqual([true, '127.0.0.1:4000']);
});

test('an IPv6 host is written in brackets', () => {
  const result = placeOf(configOf(1, { ...GIVEN, host: '::1' }), '1');
  expect(result.ok && [result.place.clientAddress, result.place.members[0]!.peerAddress]).toEqual([
    '[::1]:2181',
    '[::1]:2888',
  ]);
});

test('a directory with a backslash stays one', () => {
  expect(configOf(1, { ...GIVEN, data: 'a\\b' }).dataDir).toBe(join('a\\b', '1'));
});

test('ports that meet are refused in words', () => {
  expect(() => configOf(1, { ...GIVEN, servers: 100, peerBasePort: 64_500 })).toThrow(/these flags make no ensemble/);
});

import { expect, test } from 'vitest';
import { parseEnsemble } from '../src/ensemble.js';

test('every server has an id, its peer and election addresses, its kind and its client address', () => {
  expect(parseEnsemble('2=b:2888:3888:observer;10.0.0.2:2181, 1=[::1]:2888:3888;2181')).toEqual([
    {
      id: 1,
      kind: 'voter',
      peerAddress: '[::1]:2888',
      electionAddress: '[::1]:3888',
      clientAddresses: ['0.0.0.0:2181'],
    },
    {
      id: 2,
      kind: 'observer',
      peerAddress: 'b:2888',
      electionAddress: 'b:3888',
      clientAddresses: ['10.0.0.2:2181'],
    },
  ]);
});

test('a line with one port has its elections 1000 above it', () => {
  expect(parseEnsemble('1=localhost:2888;2181')[0]).toMatchObject({
    peerAddress: 'localhost:2888',
    electionAddress: 'localhost:3888',
    clientAddresses: ['0.0.0.0:2181'],
  });
  expect(parseEnsemble('1=localhost:100:observer')[0]).toMatchObject({
    kind: 'observer',
    electionAddress: 'localhost:1100',
  });
});

test('a server need not listen for clients', () => {
  expect(parseEnsemble('1=a:1:2')[0]!.clientAddresses).toEqual([]);
});

test('everything that is wrong is said at once, with the part it is wrong in', () => {
  const read = (): unknown => parseEnsemble('1=a:1:2,1=b:1:2,x,300=c:1:2,3=d:2888:99999,');
  expect(read).toThrowError(expect.objectContaining({ code: 'BAD_CONFIG' }));
  expect(read).toThrow(/"1=b:1:2": there is a server 1 already/);
  expect(read).toThrow(/"x": there is no "="/);
  expect(read).toThrow(/"300=c:1:2": the id must be/);
  expect(read).toThrow(/"3=d:2888:99999": "99999" is no port/);
  expect(read).toThrow(/"": there is no "="/);
});

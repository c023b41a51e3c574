import { expect, test } from 'vitest';
import { dialHost, formatAddress, parseAddress } from '../src/address.js';

test('host:port, [v6]:port and *:port are addresses', () => {
  expect(parseAddress('10.0.0.7:2181')).toEqual({ host: '10.0.0.7', port: 2181 });
  expect(parseAddress('zk-1.example.org:0')).toEqual({ host: 'zk-1.example.org', port: 0 });
  expect(parseAddress('[fe80::1]:65535')).toEqual({ host: 'fe80::1', port: 65_535 });
  expect(parseAddress('*:2181')).toEqual({ host: undefined, port: 2181 });
});

test('what is no address is refused with BAD_ADDRESS, which quotes it', () => {
  for (const wrong of [
    '',
    'host',
    'host:',
    ':2181',
    'host:65536',
    'host:-1',
    '::1:2181',
    '[]:1',
    'ws://host:1',
    'h:1/a',
  ]) {
    expect(() => parseAddress(wrong)).toThrowError(expect.objectContaining({ code: 'BAD_ADDRESS' }));
    expect(() => parseAddress(wrong)).toThrowError(`"${wrong}"`);
  }
});

test('IPv4-mapped IPv6 appears as IPv4', () => {
  expect(formatAddress('::ffff:10.0.0.7', 41_562)).toBe('10.0.0.7:41562');
  expect(formatAddress('10.0.0.7', 1)).toBe('10.0.0.7:1');
  expect(formatAddress('::1', 41_562)).toBe('[::1]:41562');
});

test('T-3 an address that names every interface is dialled on this machine', () => {
  expect([dialHost(undefined), dialHost('0.0.0.0'), dialHost('::'), dialHost('a.b')]).toEqual([
    '127.0.0.1',
    '127.0.0.1',
    '::1',
    'a.b',
  ]);
});

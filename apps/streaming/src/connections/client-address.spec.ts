import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ClientAddress, ProxySettings } from './client-address.js';

class Settings extends ProxySettings {
  override readonly trusted = 'loopback,uniquelocal';
}

const addresses = new ClientAddress(new Settings());

function addressOf(remoteAddress: string | undefined, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return addresses.of({ headers, socket: { remoteAddress } } as unknown as IncomingMessage);
}

describe('the address of a client', () => {
  it.each([
    ['without a proxy', '192.0.2.1', undefined, '192.0.2.1'],
    ['behind a trusted proxy', '127.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['behind several', '127.0.0.1', '192.0.2.1, 10.0.0.3', '192.0.2.1'],
    ['that claims another one, is its own', '127.0.0.1', '198.51.100.9, 192.0.2.1', '192.0.2.1'],
    ['that is no proxy, is its own whatever it claims', '192.0.2.1', '198.51.100.9', '192.0.2.1'],
    ['with a port', '127.0.0.1', '192.0.2.1:50000', '192.0.2.1'],
    ['of IPv6 with a port', '127.0.0.1', '[2001:db8::1]:50000', '2001:db8::1'],
    ['of IPv6 in brackets', '127.0.0.1', '[2001:db8::1]', '2001:db8::1'],
    ['on a unix socket', undefined, '192.0.2.1', ''],
  ])('%s', (_, remote, forwarded, address) => {
    expect(addressOf(remote, forwarded)).toBe(address);
  });

  it.each([
    ['a word', 'unknown'],
    ['a long text', 'x'.repeat(10_000)],
    ['an escape sequence', '\u001b[31m'],
    ['NUL', '192.0.2.1\u0000'],
    ['nothing', ''],
    ['a number that is too large', '192.0.2.300'],
    ['two words', 'a, b'],
  ])('is that of the proxy when the proxy passes on %s', (_, forwarded) => {
    expect(addressOf('127.0.0.1', forwarded)).toBe('127.0.0.1');
  });
});

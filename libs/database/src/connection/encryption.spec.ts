import { expect, it } from 'vitest';
import { wantsOtherEncryption } from './encryption.js';

const failed = (code: string, message: string) => Object.assign(new Error(message), { code });

it('wantsOtherEncryption is true only for a server without TLS, or for one that requires it', () => {
  const noTls = new Error('The server does not support SSL connections');
  const wantsTls = failed('28000', 'no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption');
  const handshake = failed('ERR_SSL_UNSUPPORTED_PROTOCOL', 'unsupported protocol');
  expect(wantsOtherEncryption(noTls, {})).toBe(true);
  expect(wantsOtherEncryption(handshake, {})).toBe(true);
  expect(wantsOtherEncryption(wantsTls, false)).toBe(true);
  expect(wantsOtherEncryption(noTls, false)).toBe(false);
  expect(wantsOtherEncryption(handshake, false)).toBe(false);
  expect(wantsOtherEncryption(wantsTls, {})).toBe(false);
  expect(wantsOtherEncryption(failed('28000', 'role "u" does not exist'), false)).toBe(false);
  expect(wantsOtherEncryption(failed('ECONNREFUSED', 'connect ECONNREFUSED'), false)).toBe(false);
  expect(wantsOtherEncryption(undefined, false)).toBe(false);
});

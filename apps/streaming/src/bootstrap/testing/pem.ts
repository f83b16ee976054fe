import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A certificate that nothing trusts: `openssl req -x509 -newkey ed25519 -nodes -subj /CN=test`. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBMjCB5aADAgECAhQWNZXeDTDE4O8avwLQYuwsLLwcejAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAeFw0yNjExMjcxODEwMzlaFw0zNjExMjQxODEwMzlaMA8xDTAL
BgNVBAMMBHRlc3QwKjAFBgMrZXADIQBUu7ZVhYWK3GfNMkyBpRGHVW2MzCg5dOpq
NfX5X1CSD6NTMFEwHQYDVR0OBBYEFBnMMgyUk0nKy7B0RHg89qMy60wzMB8GA1Ud
IwQYMBaAFBnMMgyUk0nKy7B0RHg89qMy60wzMA8GA1UdEwEB/wQFMAMBAf8wBQYD
K2VwA0EAd92vI3as4MnUHslq4LHUkkRWfYkAhuQqH6HgFrvYPNQuHrJVPcHGmSn1
Ce/1XDoJR+xhNkC2U/pJDTY4zVYuBg==
-----END CERTIFICATE-----
`;
/** The private key of {@link certificate}. */
export const key = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAEj+B87SPi2drV73vV927wl9bSQxHXa1rIUOuJF9ZtN
-----END PRIVATE KEY-----
`;

/** A directory for PEM files that is removed after the tests of the calling file. */
export function useDirectory(): {
  readonly path: (name: string) => string;
  readonly write: (name: string, text: string) => string;
} {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'fedistream-pem-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const path = (name: string) => join(directory, name);
  return {
    path,
    write: (name, text) => {
      writeFileSync(path(name), text);
      return path(name);
    },
  };
}

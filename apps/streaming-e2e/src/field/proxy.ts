import { startProgram, type InstalledProgram, type StartedProgram } from '@fedistream/services';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { EventStreamClient, Refusal, streamingPath } from '../support/index.js';
import type { FieldRow } from './row.js';

/** A proxy as operators configure it, in front of one streaming server. */
export interface ProxyRow extends FieldRow {
  readonly program: InstalledProgram;
  /** The configuration of a proxy on the port, in front of the server. */
  configuration(options: ProxyPorts): string;
  args(file: string): readonly string[];
  /** The proxy takes the path away, so that only WebSockets work: their query names the stream. */
  readonly pathIsLost?: boolean;
  /** Files in its directory that MUST NOT contain a token. */
  readonly logFiles?: readonly string[];
  /** The proxy ends TLS: clients use `https:` and `wss:`. */
  readonly tls?: boolean;
}

/** A certificate and its private key, in PEM. The certificate is its own authority. */
export interface Pem {
  readonly certificate: string;
  readonly key: string;
}

/** A streaming server behind a proxy: its ports on 127.0.0.1. */
export interface ServerPorts {
  readonly port: number;
  readonly adminPort: number;
}

/** What a configuration is made of. */
export interface ProxyPorts {
  /** The proxy's own port on 127.0.0.1. */
  readonly port: number;
  /** The server's port on 127.0.0.1. */
  readonly serverPort: number;
  /** For logs, locks and temporary files. With TLS it has `cert.pem`, `key.pem`, and both in `both.pem`. */
  readonly directory: string;
}

/**
 * Starts the proxy; resolves when an answer comes through it, of whatever status.
 *
 * @param pem for a row with TLS
 */
export function startProxy(row: ProxyRow, serverPort: number, pem: Pem): Promise<StartedProgram> {
  return startProgram(row.program, {
    configuration(port, directory) {
      if (row.tls === true) {
        writeFileSync(join(directory, 'cert.pem'), pem.certificate);
        writeFileSync(join(directory, 'key.pem'), pem.key);
        writeFileSync(join(directory, 'both.pem'), pem.certificate + pem.key);
      }
      return row.configuration({ port, serverPort, directory });
    },
    args: (file) => row.args(file),
    ready: (port) =>
      EventStreamClient.open(
        new URL(`${streamingPath}/user`, `${schemeOf(row)}://127.0.0.1:${port}`),
        {},
        pem.certificate,
      ).then(
        () => true,
        (failure: unknown) => failure instanceof Refusal && failure.status < 500,
      ),
  });
}

/** `http` or `https`. */
export function schemeOf({ tls = false }: ProxyRow): string {
  return tls ? 'https' : 'http';
}

/** @throws Error when a shipped file has changed so that the text is not there */
export function replaceOnce(text: string, [from = '', to = '']: readonly string[]): string {
  if (!text.includes(from)) {
    throw new Error(`The shipped configuration has no "${from}" any more: adapt this test.`);
  }
  return text.replace(from, () => to);
}

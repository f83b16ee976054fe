import { startProgram, type InstalledProgram, type StartedProgram } from '@fedistream/services';

import { httpRequest, streamingPath } from '../support/index.js';
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
  /** For logs, locks and temporary files. */
  readonly directory: string;
}

/** Starts the proxy; resolves when an answer comes through it, of whatever status. */
export function startProxy(row: ProxyRow, serverPort: number): Promise<StartedProgram> {
  return startProgram(row.program, {
    configuration: (port, directory) => row.configuration({ port, serverPort, directory }),
    args: (file) => row.args(file),
    ready: (port) =>
      httpRequest(new URL(`${streamingPath}/health`, `http://127.0.0.1:${port}`)).then(
        ({ status }) => status < 500,
        () => false,
      ),
  });
}

/** @throws Error when a shipped file has changed so that the text is not there */
export function replaceOnce(text: string, [from = '', to = '']: readonly string[]): string {
  if (!text.includes(from)) {
    throw new Error(`The shipped configuration has no "${from}" any more: adapt this test.`);
  }
  return text.replace(from, () => to);
}

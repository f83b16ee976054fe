import { describe, expect, it } from 'vitest';

import {
  httpRequest,
  newId,
  openTestEnvironment,
  publishEvent,
  Server,
  streamingPath,
  transports,
} from '../support/index.js';
import { nodeBinary, versionOf } from './node-binary.js';

/** Downloading an executable takes as long as the network does. */
const timeoutMs = 180_000;

describe('on Node.js', () => {
  it.each(['20.19.0', '22', '24'])(
    '%s the server starts, is healthy, and delivers an event over both transports',
    async (version) => {
      const execPath = await nodeBinary(version);
      expect(await versionOf(execPath)).toMatch(new RegExp(`^v${version}\\b`));
      const environment = await openTestEnvironment({ execPath });
      try {
        const { server, publisher, fixtures } = environment;
        expect((await httpRequest(server.url(`${streamingPath}/health`))).body).toBe('OK');
        const { account, token } = await fixtures.viewer();
        for (const transport of transports) {
          const channel = `timeline:${account.id}`;
          const client = await transport.open(server, publisher, { token, stream: 'user', channel });
          const id = newId();
          await publishEvent(publisher, channel, 'delete', id);
          await client.takeUntil(({ event, payload }) => event === 'delete' && payload === id);
          await client.close();
        }
        expect(await server.stop()).toEqual({ code: 0, signal: null });
      } finally {
        await environment.stop();
      }
    },
    timeoutMs,
  );

  it(
    '18 the server does not start, and says in one line which version it needs',
    async () => {
      const server = Server.launch({}, await nodeBinary('18'));
      expect((await server.exited).code).toBe(1);
      expect(await server.output()).toMatch(/^Node 20\.19 or newer .*v?18\.\d+\.\d+.*$/);
    },
    timeoutMs,
  );
});

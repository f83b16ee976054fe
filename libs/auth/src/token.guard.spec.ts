import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Catch, Controller, Get, Req, UseFilters, UseGuards } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { StreamingError } from '@fedistream/domain';
import type { Viewer } from '@fedistream/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuthModule } from './auth.module.js';
import { AuthSettings } from './auth-settings.js';
import { TokenGuard, authenticationOf } from './token.guard.js';
import { TokenStore } from './token-store.js';

const viewer: Viewer = { accountId: '1', userId: '2', tokenId: '3', scopes: new Set(['read']) };
let opened: unknown[];
let refused: unknown[];
let nextRefusal: () => void;

@Catch(StreamingError)
class Refusals implements ExceptionFilter<StreamingError> {
  catch(error: StreamingError, host: ArgumentsHost): void {
    refused.push(error.code);
    host
      .switchToHttp()
      .getResponse<{ status(code: number): { send(body: string): void } }>()
      .status(error.status)
      .send('');
    nextRefusal();
  }
}

@Controller()
@UseFilters(Refusals)
@UseGuards(TokenGuard)
class GuardedController {
  @Get('guarded')
  open(@Req() request: object): string {
    opened.push(authenticationOf(request)?.viewer);
    return 'open';
  }
}

/** Has one valid token, `good`. The look-up of `slow` waits until the test calls `answer`. */
class TestStore extends TokenStore {
  asked: () => void = () => undefined;
  answer: () => void = () => undefined;

  override findViewer(token: string): Promise<Viewer | undefined> {
    if (token !== 'slow') {
      return Promise.resolve(token === 'good' ? viewer : undefined);
    }
    this.asked();
    return new Promise((resolve) => {
      this.answer = () => {
        resolve(viewer);
      };
    });
  }

  override scopesOf(): Promise<never> {
    return Promise.reject(new Error('not asked here'));
  }
}

describe('TokenGuard', () => {
  const store = new TestStore();
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        AuthModule.forRoot({
          providers: [
            { provide: TokenStore, useValue: store },
            { provide: AuthSettings, useValue: { revalidationIntervalMs: 300_000, maxWaitingClients: 100 } },
          ],
        }),
      ],
      controllers: [GuardedController],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    app.useLogger(false);
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/guarded`;
  });

  afterAll(async () => {
    await app.close();
  });

  beforeEach(() => {
    opened = [];
    refused = [];
    nextRefusal = () => undefined;
  });

  it('accepts a valid token and attaches its viewer to the request', async () => {
    expect((await fetch(url, { headers: { authorization: 'Bearer good' } })).status).toBe(200);
    expect((await fetch(`${url}?access_token=good`)).status).toBe(200);
    expect(opened).toEqual([viewer, viewer]);
  });

  it('refuses before the handler runs', async () => {
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(`${url}?access_token=bad`)).status).toBe(401);
    expect(refused).toEqual(['missingToken', 'invalidToken']);
    expect(opened).toEqual([]);
  });

  it('refuses a client that leaves while its token is looked up', async () => {
    const asked = new Promise<void>((resolve) => {
      store.asked = resolve;
    });
    const accepted = once(app.getHttpServer(), 'connection') as Promise<[Socket]>;
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    client.write('GET /guarded?access_token=slow HTTP/1.1\r\nHost: x\r\n\r\n');
    const [socket] = await accepted;
    await asked;
    const closed = once(socket, 'close');
    client.destroy();
    await closed;
    const ended = new Promise<void>((resolve) => {
      nextRefusal = resolve;
    });
    store.answer();
    await ended;
    expect(opened).toEqual([]);
    // The server still serves others.
    expect((await fetch(`${url}?access_token=good`)).status).toBe(200);
  });

  it('finds no authentication on a request that it has not guarded', () => {
    expect(authenticationOf({})).toBeUndefined();
  });
});

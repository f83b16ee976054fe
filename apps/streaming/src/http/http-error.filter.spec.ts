import { Controller, Get, InternalServerErrorException, type ArgumentsHost } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocketErrorFilter } from '../websocket/websocket-error.filter.js';
import { RefusalLog } from '../observability/refusal-log.js';
import { HttpErrorFilter } from './http-error.filter.js';
import { configureHttp, createFastifyAdapter } from './fastify.js';

@Controller()
class Faulty {
  @Get('fault')
  fault(): never {
    throw new Error('secret detail');
  }

  @Get('later')
  later(): Promise<never> {
    return Promise.reject(new Error('secret detail'));
  }

  @Get('nest')
  nest(): never {
    throw new InternalServerErrorException('secret detail', { description: 'secret description' });
  }

  @Get('text')
  text(): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what careless libraries do
    throw 'secret detail';
  }

  @Get('refusal')
  refusal(): never {
    throw new StreamingError('unavailable', undefined, { cause: new Error('secret detail') });
  }
}

describe('what went wrong inside, over HTTP,', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [Faulty], providers: [RefusalLog] }).compile();
    app = module.createNestApplication<NestFastifyApplication>(createFastifyAdapter('loopback'));
    app.useLogger(false);
    configureHttp(app, app.get(RefusalLog));
    app.useGlobalFilters(new HttpErrorFilter(app.get(RefusalLog)));
    await app.listen(0, '127.0.0.1');
  });

  afterAll(async () => {
    await app.close();
  });

  const ask = async (path: string) => {
    const response = await fetch(`${await app.getUrl()}/${path}`);
    const body = await response.text();
    return { status: response.status, body, all: JSON.stringify([...response.headers, response.statusText, body]) };
  };

  it.each(['fault', 'later', 'nest', 'text'])(
    'is an unexpected error, and nothing of it is told (%s)',
    async (path) => {
      const { status, body, all } = await ask(path);
      expect({ status, body }).toEqual({ status: 500, body: '{"error":"An unexpected error occurred"}' });
      expect(all).not.toContain('secret');
    },
  );

  it('is not told either when it is the reason of a refusal', async () => {
    const { status, body, all } = await ask('refusal');
    expect({ status, body }).toEqual({ status: 503, body: '{"error":"Service temporarily unavailable"}' });
    expect(all).not.toContain('secret');
  });
});

describe('what went wrong inside, over a WebSocket,', () => {
  it.each([new Error('secret detail'), new TypeError('secret detail'), 'secret detail', undefined])(
    'is an error frame that says unexpected, and nothing of it (%s)',
    (failure) => {
      const send = vi.fn<(frame: string) => void>();
      const client = { send, connection: { isWithinBudget: () => true, viewer: { accountId: '1' } } };
      const host = { switchToWs: () => ({ getClient: () => client }) } as unknown as ArgumentsHost;
      new WebSocketErrorFilter(new RefusalLog()).catch(failure, host);
      expect(send.mock.calls).toEqual([['{"error":"An unexpected error occurred","status":500}']]);
    },
  );
});

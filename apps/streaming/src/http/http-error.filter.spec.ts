import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { Controller, Get, InternalServerErrorException } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RefusalLog } from '../observability/refusal-log.js';
import { ClientAddress, ProxySettings } from '../connections/client-address.js';
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
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- libraries may throw strings
    throw 'secret detail';
  }

  @Get('limit')
  limit(): never {
    throw new StreamingError('tooManySubscriptions');
  }

  @Get('refusal')
  refusal(): never {
    throw new StreamingError('unavailable', undefined, { cause: new Error('secret detail') });
  }
}

describe('an error over HTTP', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      controllers: [Faulty],
      providers: [ClientAddress, RefusalLog, { provide: ProxySettings, useValue: { trusted: 'loopback' } }],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(createFastifyAdapter('loopback'));
    app.useLogger(false);
    configureHttp(app, app.get(RefusalLog), () => undefined);
    app.useGlobalFilters(new HttpErrorFilter(app.get(ClientAddress), app.get(RefusalLog)));
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

  it.each(['fault', 'later', 'nest', 'text'])('is answered with 500 and without internal detail (%s)', async (path) => {
    const { status, body, all } = await ask(path);
    expect({ status, body }).toEqual({ status: 500, body: '{"error":"An unexpected error occurred"}' });
    expect(all).not.toContain('secret');
  });

  it('is answered without the cause of a refusal', async () => {
    const { status, body, all } = await ask('refusal');
    expect({ status, body }).toEqual({ status: 503, body: '{"error":"Service temporarily unavailable"}' });
    expect(all).not.toContain('secret');
  });

  const browser = { Accept: 'text/event-stream', 'Sec-Fetch-Mode': 'cors' };
  const olderBrowser = { Accept: 'text/event-stream', 'User-Agent': 'Mozilla/5.0 (iPad) Version/15.6 Safari/604.1' };

  it.each([
    ['a temporary error', 'refusal', browser],
    ['a temporary limit', 'limit', browser],
    ['a temporary error without TLS, or in Safari before 16.4', 'refusal', olderBrowser],
  ])('closes the socket of a browser’s event stream without an answer: %s', async (_, path, headers) => {
    const log = app.get(RefusalLog);
    const before = log.unanswered;
    const sent = get(`${await app.getUrl()}/${path}`, { headers });
    await expect(once(sent, 'response')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(log.unanswered).toBe(before + 1);
  });

  it.each([
    ['a lasting error of a browser’s event stream', 'fault', browser, 500, undefined],
    ['a temporary error of another event stream', 'refusal', { Accept: 'text/event-stream' }, 503, '5'],
    [
      'a temporary error of a library’s event stream',
      'refusal',
      { Accept: 'text/event-stream', 'User-Agent': 'python-requests/2.32' },
      503,
      '5',
    ],
    ['a temporary error of a page', 'refusal', { Accept: 'text/html,*/*', 'User-Agent': 'Mozilla/5.0' }, 503, '5'],
    ['a temporary error of a browser’s other request', 'refusal', { 'Sec-Fetch-Mode': 'cors' }, 503, '5'],
    ['a temporary limit of another event stream', 'limit', {}, 429, '60'],
  ])('answers %s', async (_, path, headers, status, retryAfter) => {
    // Not `fetch`, which sends Sec-Fetch-Mode by itself.
    const [answer] = (await once(get(`${await app.getUrl()}/${path}`, { headers }), 'response')) as [IncomingMessage];
    answer.resume();
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([status, retryAfter]);
  });
});

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { InstalledProject } from './installed-project.js';

const service = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { channels, PublisherModule, StreamPublisher } from '@fedistream/publisher';

const [url = '', namespace = ''] = process.argv.slice(2);

@Module({ imports: [PublisherModule.forRoot({ url, namespace })] })
class ServiceModule {}

const app = await NestFactory.createApplicationContext(ServiceModule, { logger: ['error'] });
const publisher = app.get(StreamPublisher);
await publisher.publish(channels.public(), 'delete', '107214471804101576');
await app.close();
`;

const mistaken = `
import { channels, type StreamPublisher } from '@fedistream/publisher';

export const publish = (publisher: StreamPublisher) => publisher.publish(channels.public(), 'delete', 107);
`;

describe('a service that has installed the publisher as a package', () => {
  let project: InstalledProject;

  beforeAll(async () => {
    const peers = ['@nestjs/common', '@nestjs/core', '@nestjs/microservices'].map((name) => `${name}@^12.0.0`);
    const others = ['reflect-metadata@^0.2.2', 'rxjs@^7.8.2', '@types/node@^20.0.0'];
    project = await InstalledProject.create(['domain', 'publisher'], [...peers, ...others]);
  });

  afterAll(() => project.remove());

  it('compiles and publishes', async () => {
    await project.write('service.ts', service);
    await project.compile();
    const namespace = randomUUID();
    const redis = new Redis(inject('redisUrl'));
    try {
      await redis.subscribe(`${namespace}:timeline:public`);
      const received = once(redis, 'message');
      await project.run('service.js', inject('redisUrl'), namespace);
      const [, text] = (await received) as [string, string];
      expect(JSON.parse(text)).toEqual({ event: 'delete', payload: '107214471804101576' });
    } finally {
      redis.disconnect();
    }
  });

  it('does not compile an id that is a number', async () => {
    await project.write('mistaken.ts', mistaken);
    await expect(project.compile()).rejects.toThrow(/mistaken\.ts\(4,\d+\): error TS/);
  });
});

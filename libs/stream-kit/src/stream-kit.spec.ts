import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { filter, type Observable } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { oneOf, optional, Stream, type StreamContext, type StreamEvent, type StreamSource } from './index.js';
import { openStream, viewer } from './testing/index.js';

interface ReportParams {
  category?: 'spam' | 'other' | undefined;
}

@Stream({
  name: 'admin:reports',
  scopes: ['admin:read'],
  audience: 'chosen-by-publisher',
  params: { category: optional(oneOf('spam', 'other')) },
})
class ReportsStream implements StreamSource<ReportParams> {
  constructor(private readonly may: (accountId: string) => boolean | Promise<boolean> = () => true) {}

  authorize({ viewer: { accountId } }: StreamContext<ReportParams>) {
    return this.may(accountId);
  }

  channels() {
    return ['timeline:admin:reports'];
  }

  select(events: Observable<StreamEvent>, { params }: Pick<StreamContext<ReportParams>, 'params'>) {
    return events.pipe(
      filter(({ payload }) => {
        const { category } = payload as { category: string };
        return params.category === undefined || params.category === category;
      }),
    );
  }
}

const staff = viewer({ scopes: 'admin:read' });

describe('a stream that a team has written', () => {
  it('receives what its channels carry, as the client named it', async () => {
    const stream = await openStream(new ReportsStream(), { viewer: staff });
    await stream.publish('timeline:admin:reports', 'report', { category: 'spam', id: '9007199254740993001' });
    expect(stream.received).toEqual([
      { stream: ['admin:reports'], event: 'report', payload: '{"category":"spam","id":"9007199254740993001"}' },
    ]);
  });

  it('passes only what it selects, by its parameters', async () => {
    const stream = await openStream(new ReportsStream(), { viewer: staff, params: { category: 'spam' } });
    await stream.publish('timeline:admin:reports', 'report', { category: 'other' });
    await stream.publish('timeline:admin:reports', 'report', { category: 'spam' });
    expect(stream.received).toMatchObject([{ stream: ['admin:reports', 'spam'], payload: '{"category":"spam"}' }]);
  });

  it('is refused to a token without one of its scopes', async () => {
    await expect(openStream(new ReportsStream())).rejects.toMatchObject({ code: 'missingScope' });
  });

  it('is refused to whom it says no, at once or later', async () => {
    await expect(openStream(new ReportsStream(() => false), { viewer: staff })).rejects.toMatchObject({
      status: 401,
      message: 'Not authorized to stream this admin:reports',
    });
    await expect(openStream(new ReportsStream(() => Promise.resolve(false)), { viewer: staff })).rejects.toMatchObject({
      code: 'notAuthorized',
    });
  });

  it('refuses a parameter that is none of the allowed words, and says which are', async () => {
    await expect(
      openStream(new ReportsStream(), { viewer: staff, params: { category: 'violation' } }),
    ).rejects.toMatchObject({ status: 400, message: 'Invalid category parameter, allowed: spam, other' });
  });

  it('loses one event when it throws, and goes on with the next', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const stream = await openStream(new ReportsStream(), { viewer: staff });
    await stream.publish('timeline:admin:reports', 'report', null);
    await stream.publish('timeline:admin:reports', 'report', { category: 'spam' });
    expect(stream.received).toHaveLength(1);
    log.mockRestore();
  });

  it('leaves its channels when the last client goes', async () => {
    const stream = await openStream(new ReportsStream(), { viewer: staff });
    expect(stream.channels).toEqual(['timeline:admin:reports']);
    stream.close();
    expect(stream.channels).toEqual([]);
  });
});

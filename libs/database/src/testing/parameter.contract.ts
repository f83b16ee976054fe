import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigintArray, isBigint, positionArray, readPosition } from '../connection/array-parameters.js';
import type { TestDatabase } from './test-database.js';

const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const page = fc.integer({ min: 0, max: 2 ** 32 - 2 });
const numberInPage = fc.integer({ min: 1, max: 2 ** 16 - 1 });

/** What holds for parameters that are sent as bytes. */
export function parameterContract(test: () => TestDatabase): void {
  describe('parameters in binary', () => {
    const texts = async (sql: string, value: unknown) => {
      const [row] = await test().database.query<{ texts: string[] }>(`SELECT ${sql} AS texts`, [value]);
      return row?.texts;
    };

    it('are read by PostgreSQL as what they are', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(bigint), fc.array(fc.tuple(page, numberInPage)), async (ids, places) => {
          expect(await texts('$1::bigint[]::text[]', bigintArray(ids))).toEqual(ids);
          const positions = places.map(([pageNumber, number]) => `(${pageNumber},${number})`);
          expect(await texts('$1::tid[]::text[]', positionArray(positions.map(readPosition)))).toEqual(positions);
        }),
        { numRuns: 50 },
      );
    });

    it('leave out what is no bigint', async () => {
      const odd = [
        '',
        ' 1',
        '1 ',
        '+1',
        '1.0',
        '1e3',
        '0x1',
        'x',
        '-',
        '--1',
        '9223372036854775808',
        '-9223372036854775809',
      ];
      expect(odd.filter(isBigint)).toEqual([]);
      expect(await texts('$1::bigint[]::text[]', bigintArray(['1', ...odd, '2']))).toEqual(['1', '2']);
      expect(await texts('$1::bigint[]::text[]', bigintArray(odd))).toEqual([]);
    });
  });
}

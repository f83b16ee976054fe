import { isRecordId } from '@fedistream/util';

const headerBytes = 20;
const bigintOid = 20;
const tidOid = 27;

/**
 * Ids as a parameter of type `bigint[]`, in PostgreSQL's binary format: reading 1,000 ids as text would cost PostgreSQL
 * 0.09 ms more. Texts that are no record ids are left out, because one of them would fail the whole statement.
 */
export function bigintArray(ids: readonly string[]): Buffer {
  const valid = ids.filter(isRecordId);
  return arrayOf(bigintOid, 8, valid, (bytes, offset, id) => {
    bytes.writeBigInt64BE(BigInt(id), offset);
  });
}

/** The position of a row: page * 2^16 + number within the page, below 2^48. */
export type RowPosition = number;

const withinPage = 2 ** 16;

/** Parses PostgreSQL's text of a `tid`: `(page,number)`. */
export function readPosition(text: string): RowPosition {
  const comma = text.indexOf(',');
  return Number(text.slice(1, comma)) * withinPage + Number(text.slice(comma + 1, -1));
}

/** Positions as a parameter of type `tid[]`, in PostgreSQL's binary format. */
export function positionArray(positions: readonly RowPosition[]): Buffer {
  return arrayOf(tidOid, 6, positions, (bytes, offset, position) => {
    bytes.writeUInt32BE(Math.floor(position / withinPage), offset);
    bytes.writeUInt16BE(position % withinPage, offset + 4);
  });
}

/** An array of one dimension, with lower bound 1 and without nulls. node-postgres sends a Buffer as a binary parameter. */
function arrayOf<T>(
  oid: number,
  size: number,
  members: readonly T[],
  write: (bytes: Buffer, offset: number, member: T) => void,
): Buffer {
  const dimensions = members.length === 0 ? 0 : 1;
  const bytes = Buffer.alloc(dimensions === 0 ? 12 : headerBytes + members.length * (4 + size));
  bytes.writeInt32BE(dimensions, 0);
  bytes.writeInt32BE(oid, 8);
  if (dimensions === 0) {
    return bytes;
  }
  bytes.writeInt32BE(members.length, 12);
  bytes.writeInt32BE(1, 16);
  members.forEach((member, index) => {
    const offset = headerBytes + index * (4 + size);
    bytes.writeInt32BE(size, offset);
    write(bytes, offset + 4, member);
  });
  return bytes;
}

/**
 * Where the function that asks was called: `file:line`, for messages. The kit's own lines and Node's are left out; empty
 * when the engine does not tell.
 *
 * @param own the function whose caller is wanted
 */
export function callerOf(own: (...parameters: never[]) => unknown): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, own);
  const line = holder.stack?.split('\n').find((text) => /^\s+at /.test(text) && !text.includes('node:')) ?? '';
  const place = /\(?((?:file:\/\/)?[^()]+):(\d+):\d+\)?$/.exec(line.trim().replace(/^at (?:async )?/, ''));
  return place ? `${(place[1] ?? '').replace(/^.*file:\/\//, '').replace(/^.* \(/, '')}:${place[2] ?? ''}` : '';
}

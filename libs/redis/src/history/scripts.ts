import { Script } from './script.js';

export type { ScriptArgument } from './script.js';

/**
 * What every script of the recorder begins with: is it still the one that may write, and is what it wants to write the
 * next message? A recorder that was stopped, or whose last command was carried out without an answer, finds out here.
 *
 * KEYS 1 leader, 2 state; ARGV 1 token, 2 epoch, 3 tick, 4 messages since that tick.
 */
const guard = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
local state = redis.call('HMGET', KEYS[2], 'epoch', 'tick', 'offset', 'sequence', 'bytes', 'marked', 'floor')
if state[1] ~= ARGV[2] or state[2] ~= ARGV[3] or state[3] ~= ARGV[4] then return 'lost' end
local sequence = tonumber(state[4]) + 1
local bytes = tonumber(state[5])
local now = tonumber(redis.call('TIME')[1])
`;

/** Drops a whole channel; refuses positions below a number, whatever their channel. */
const dropChannel = `
local function raiseFloor(to)
  local floor = tonumber(redis.call('HGET', KEYS[2], 'floor'))
  redis.call('HSET', KEYS[2], 'floor', string.format('%.0f', math.max(floor, tonumber(to))))
end
local function dropChannel(channels, prefix, channel)
  local index = prefix .. 'i:' .. channel
  bytes = bytes - tonumber(redis.call('HGET', index, 'bytes') or 0)
  redis.call('UNLINK', index, prefix .. 's:' .. channel)
  redis.call('ZREM', channels, channel)
  redis.call('HINCRBY', KEYS[2], 'channels', -1)
end
`;

/**
 * Takes the lease, if it is free or the caller's own, and tells where to continue: both at once, so that no message of the
 * previous leader can fall between.
 *
 * KEYS 1 leader, 2 state, 3 term; ARGV 1 token, 2 milliseconds. Answers with epoch, tick, offset, hash of the last
 * message, and the number of this term.
 */
export const acquireScript = new Script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local state = redis.call('HMGET', KEYS[2], 'epoch', 'tick', 'offset', 'last')
state[5] = redis.call('INCR', KEYS[3])
for at = 1, 4 do state[at] = state[at] or '' end
return state
`);

/** Renews a lease. KEYS 1 lease; ARGV 1 token, 2 milliseconds. Answers with 0 when it belongs to another. */
export const renewScript = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);

/** Gives a lease back. KEYS 1 lease; ARGV 1 token. */
export const releaseScript = new Script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/** Begins an epoch; it counts from the arrival of its first tick. KEYS 1 leader, 2 state; ARGV 1 token, 2 epoch, 3 seconds to live. */
export const beginScript = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'epoch', ARGV[2], 'tick', '', 'offset', 0, 'sequence', 0, 'bytes', 0, 'floor', 0,
  'marked', 0, 'channels', 0, 'skipped', 0, 'last', '')
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 'begun'
`);

/**
 * Records one message.
 *
 * KEYS 1 leader, 2 state, 3 channels, 4 stream, 5 index, 6 skipped; ARGV 5 hash, 6 channel, 7 stored text, 8 entries at
 * most, 9 bytes at most, 10 bytes of all channels at most, 11 seconds to live, 12 prefix of the epoch's keys.
 */
export const recordScript = new Script(`${guard}${dropChannel}
local overhead = 300
local size = #ARGV[7] + overhead
local meta = redis.call('HMGET', KEYS[5], 'count', 'bytes', 'lost')
local count = tonumber(meta[1] or 0) + 1
local own = tonumber(meta[2] or 0) + size
local lost = meta[3] or '0'
local id = string.format('%.0f', sequence)
if redis.call('XLEN', KEYS[4]) ~= count - 1 or (not meta[1] and redis.call('ZSCORE', KEYS[3], ARGV[6])) then
  -- Redis has evicted a part of this channel: nothing of it before this message can be promised.
  redis.call('DEL', KEYS[4], KEYS[5])
  bytes = bytes - own + size
  count, own, lost = 1, size, string.format('%.0f', sequence - 1)
end
redis.call('XADD', KEYS[4], id .. '-0', 'h', ARGV[5], 'd', ARGV[7])
-- Equal messages after one marker have one position, and that stands for the first of them: from there on a message may
-- be repeated, none is missing. Where that one may be missing here, the position is not good any more.
local missing = math.max(tonumber(lost), tonumber(state[7]), tonumber(redis.call('ZSCORE', KEYS[6], ARGV[6]) or 0))
if missing <= tonumber(state[6] or 0) then redis.call('HSETNX', KEYS[5], ARGV[5], id .. ':' .. now) end
bytes = bytes + size
while count > tonumber(ARGV[8]) or (own > tonumber(ARGV[9]) and count > 0) do
  local first = redis.call('XRANGE', KEYS[4], '-', '+', 'COUNT', 1)[1]
  if not first then break end
  lost = string.match(first[1], '^(%d+)')
  redis.call('XDEL', KEYS[4], first[1])
  local place = redis.call('HGET', KEYS[5], first[2][2])
  if place and string.match(place, '^(%d+)') == lost then redis.call('HDEL', KEYS[5], first[2][2]) end
  count = count - 1
  own = own - #first[2][4] - overhead
  bytes = bytes - #first[2][4] - overhead
end
redis.call('HSET', KEYS[5], 'count', count, 'bytes', own, 'lost', lost, 'at', now)
redis.call('EXPIRE', KEYS[4], ARGV[11])
redis.call('EXPIRE', KEYS[5], ARGV[11])
if redis.call('ZADD', KEYS[3], id, ARGV[6]) == 1 then redis.call('HINCRBY', KEYS[2], 'channels', 1) end
for _ = 1, 20 do
  if bytes <= tonumber(ARGV[10]) then break end
  local oldest = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
  raiseFloor(oldest[2])
  dropChannel(KEYS[3], ARGV[12], oldest[1])
  if oldest[1] == ARGV[6] then break end
end
redis.call('HSET', KEYS[2], 'sequence', id, 'offset', tonumber(ARGV[4]) + 1, 'bytes', bytes, 'last', ARGV[5])
return 'recorded'
`);

/**
 * Counts a message that is not recorded, because no client has been on its channel: positions before it are not good for
 * that channel.
 *
 * KEYS 1 leader, 2 state, 3 skipped; ARGV 5 hash, 6 channel, 7 channels to remember at most, 8 seconds to live.
 */
export const skipScript = new Script(`${guard}${dropChannel}
local id = string.format('%.0f', sequence)
if redis.call('ZADD', KEYS[3], id, ARGV[6]) == 1 then
  local known = redis.call('HINCRBY', KEYS[2], 'skipped', 1)
  if known > tonumber(ARGV[7]) then
    local oldest = redis.call('ZPOPMIN', KEYS[3])
    redis.call('HINCRBY', KEYS[2], 'skipped', -1)
    raiseFloor(oldest[2])
  end
end
redis.call('EXPIRE', KEYS[3], ARGV[8])
redis.call('HSET', KEYS[2], 'sequence', id, 'offset', tonumber(ARGV[4]) + 1, 'last', ARGV[5])
return 'skipped'
`);

/**
 * Notes the place of a marker, and says so to the node that has sent it. What is no marker only counts. A tick begins to count again, and drops channels
 * that have been silent for longer than any accepted position is old. Where Redis has evicted a list, the answer is
 * `damaged`: a new epoch has to begin.
 *
 * KEYS 1 leader, 2 state, 3 marker or '', 4 channels, 5 skipped; ARGV 5 hash, 6 the tick or '', 7 retention in seconds, 8 Redis channel of
 * the acknowledgement or '', 9 number of the fence, 10 seconds to live, 11 prefix of the epoch's keys.
 */
export const markScript = new Script(`${guard}${dropChannel}
local id = string.format('%.0f', sequence)
if KEYS[3] ~= '' then
  redis.call('SET', KEYS[3], id .. ':' .. now, 'EX', ARGV[7], 'NX')
  redis.call('HSET', KEYS[2], 'marked', id)
end
if ARGV[6] ~= '' then
  local listed = redis.call('HMGET', KEYS[2], 'channels', 'skipped')
  if redis.call('ZCARD', KEYS[4]) ~= tonumber(listed[1]) or redis.call('ZCARD', KEYS[5]) ~= tonumber(listed[2]) then
    return 'damaged'
  end
  for _ = 1, 100 do
    local oldest = redis.call('ZRANGE', KEYS[4], 0, 0)[1]
    if not oldest then break end
    local at = redis.call('HGET', ARGV[11] .. 'i:' .. oldest, 'at')
    if at and now - tonumber(at) <= tonumber(ARGV[7]) + 60 then break end
    if not at then
      raiseFloor(redis.call('ZSCORE', KEYS[4], oldest))
    end
    dropChannel(KEYS[4], ARGV[11], oldest)
  end
  redis.call('HSET', KEYS[2], 'tick', ARGV[6], 'offset', 0, 'sequence', id, 'bytes', bytes, 'last', ARGV[5])
  redis.call('EXPIRE', KEYS[2], ARGV[10])
  redis.call('EXPIRE', KEYS[4], ARGV[10])
  redis.call('EXPIRE', KEYS[5], ARGV[10])
else
  redis.call('HSET', KEYS[2], 'offset', tonumber(ARGV[4]) + 1, 'sequence', id, 'last', ARGV[5])
end
if ARGV[8] ~= '' then
  redis.call('PUBLISH', ARGV[8], ARGV[9] .. ' ' .. ARGV[2] .. ' ' .. id)
end
return {id, bytes}
`);

/**
 * Reads what is behind the earliest of some positions, or says why not. Nothing changes while it runs, so what it has checked holds for what
 * it answers.
 *
 * KEYS 1 state, 2 channels, 3 skipped; ARGV 1 epoch, 2 positions as m:hash of a marker or i:hash of a message, 3 last number, 4 limit, 5 retention in seconds, 6 prefix of
 * the epoch's keys, then the channels.
 */
export const readScript = new Script(`
local state = redis.call('HMGET', KEYS[1], 'epoch', 'floor', 'channels', 'skipped', 'sequence')
if state[1] ~= ARGV[1] then return 'epoch' end
-- A replica that is behind, or a master that has lost its last writes in a failover.
if tonumber(state[5]) < tonumber(ARGV[3]) then return 'unavailable' end
local now = tonumber(redis.call('TIME')[1])
local from = math.huge
for kind, hash in string.gmatch(ARGV[2], '([im]):(%S+)') do
  local place = kind == 'm' and redis.call('GET', ARGV[6] .. 'm:' .. hash)
  if kind == 'i' then
    for at = 7, #ARGV do
      place = place or redis.call('HGET', ARGV[6] .. 'i:' .. ARGV[at], hash)
    end
  end
  if not place then return 'unknown' end
  local sequence, time = string.match(place, '^(%d+):(%d+)$')
  if now - tonumber(time) > tonumber(ARGV[5]) then return 'old' end
  from = math.min(from, tonumber(sequence))
end
if from < tonumber(state[2]) then return 'trimmed' end
-- Redis may have evicted a key, or let it expire. What is listed has to be there, and the lists themselves.
if redis.call('ZCARD', KEYS[2]) ~= tonumber(state[3]) or redis.call('ZCARD', KEYS[3]) ~= tonumber(state[4]) then
  return 'trimmed'
end
local limit = tonumber(ARGV[4])
local answer = {}
for at = 7, #ARGV do
  local channel = ARGV[at]
  local skipped = redis.call('ZSCORE', KEYS[3], channel)
  if skipped and tonumber(skipped) > from then return 'trimmed' end
  local last = redis.call('ZSCORE', KEYS[2], channel)
  if last and tonumber(last) > from then
    local meta = redis.call('HMGET', ARGV[6] .. 'i:' .. channel, 'count', 'lost')
    local stream = ARGV[6] .. 's:' .. channel
    if not meta[1] or redis.call('XLEN', stream) ~= tonumber(meta[1]) or from < tonumber(meta[2]) then
      return 'trimmed'
    end
    local final = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
    local newest = final and string.match(final[1], '^(%d+)') or meta[2]
    if tonumber(newest) ~= tonumber(last) then return 'trimmed' end
    local entries = redis.call('XRANGE', stream, '(' .. string.format('%.0f', from) .. '-0', ARGV[3] .. '-0',
      'COUNT', limit + 1)
    for _, entry in ipairs(entries) do
      answer[#answer + 1] = {entry[1], at - 7, entry[2][2], entry[2][4]}
    end
    if #answer > limit then return 'tooMany' end
  end
end
return answer
`);

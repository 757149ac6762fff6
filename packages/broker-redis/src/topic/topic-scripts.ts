import { defineScript, type Script } from "../link/script.ts";

/*
 * With the first line Redis looks before a script begins whether it may write, so that none is stopped halfway.
 */

/**
 * Publishes as one step. Keys: position, log and, with an idempotency key, what remembers it. Arguments:
 * channel, envelope, the epoch if the topic is new, how many publications to keep (0: it has no history), for
 * how long, for how long to remember the position, and the window of the idempotency key, in milliseconds.
 * Answers whether it is a duplicate, and the position as `epoch:offset`.
 *
 * The id of an entry in the log is its offset and, behind the dash, when it expires.
 */
export const publishScript: Script = defineScript(`#!lua
local position, log, published = KEYS[1], KEYS[2], KEYS[3]
local channel, envelope, size = ARGV[1], ARGV[2], tonumber(ARGV[4])

if published then
  local first = redis.call('GET', published)
  if first then return {1, first} end
end

local at = ''
if size > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local known = redis.call('HMGET', position, 'epoch', 'trimAt')
  local epoch, trimAt = known[1], tonumber(known[2] or 0)
  if not epoch then
    epoch = ARGV[3]
    redis.call('DEL', log)
    redis.call('HSET', position, 'epoch', epoch)
  end
  local offset = redis.call('HINCRBY', position, 'offset', 1)
  local id = string.format('%.0f-%.0f', offset, now + ARGV[5])
  redis.call('XADD', log, 'MAXLEN', '=', size, id, 'p', envelope)

  if now >= trimAt then
    local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 16)
    for _, entry in ipairs(oldest) do
      trimAt = tonumber(string.match(entry[1], '%-(%d+)$'))
      if trimAt > now then break end
      redis.call('XDEL', log, entry[1])
    end
    redis.call('HSET', position, 'trimAt', string.format('%.0f', trimAt))
  end

  local kept = math.max(tonumber(ARGV[5]), redis.call('PTTL', log))
  redis.call('PEXPIRE', log, string.format('%.0f', kept))
  redis.call('PEXPIRE', position, string.format('%.0f', math.max(kept, tonumber(ARGV[6]))))
  at = string.format('%s:%.0f', epoch, offset)
end

redis.call('SPUBLISH', channel, string.char(#at) .. at .. envelope)
if published then redis.call('SET', published, at, 'PX', ARGV[7]) end
return {0, at}
`);

/**
 * Reads a part of a history. Keys: position and log. Arguments: the epoch that is wanted (empty: whichever),
 * where to begin, "older" to go on to older ones, how many at most, and after how many bytes to stop.
 * Answers the position, where to go on (empty: that was all), then offset and envelope of each.
 */
export const historyScript: Script = defineScript(`#!lua flags=no-writes
local position, log = KEYS[1], KEYS[2]
local cursor, isReversed = ARGV[2], ARGV[3] == 'older'
local left, bytes = tonumber(ARGV[4]), tonumber(ARGV[5])

local known = redis.call('HMGET', position, 'epoch', 'offset')
if not known[1] then return {} end
local reply = {known[1] .. ':' .. known[2], ''}
if ARGV[1] ~= '' and ARGV[1] ~= known[1] then return reply end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
while true do
  local count = math.min(left, 16)
  local entries
  if isReversed then
    entries = redis.call('XREVRANGE', log, cursor, '-', 'COUNT', count)
  else
    entries = redis.call('XRANGE', log, cursor, '+', 'COUNT', count)
  end
  for _, entry in ipairs(entries) do
    local offset, expiry = string.match(entry[1], '^(%d+)%-(%d+)$')
    cursor = string.format('%.0f', offset + (isReversed and -1 or 1))
    if tonumber(expiry) > now then
      reply[#reply + 1] = offset
      reply[#reply + 1] = entry[2][2]
      left = left - 1
      bytes = bytes - #entry[2][2]
    end
  end
  if #entries < count then return reply end
  if left <= 0 or bytes <= 0 then
    reply[2] = cursor
    return reply
  end
end
`);

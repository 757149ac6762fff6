import { defineScript, type Script } from "../link/script.ts";

/**
 * Keys of all scripts about a topic: connections, members, order, presence. The first argument is the
 * channel of the changes. A connection is kept as JSON: member, lease of its node, number and data; in the
 * order of its member as the member with its length before it, a zero byte, number and connection.
 */
const prelude = `
local connections, members, order, presence = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local function prefixOf(member)
  return #member .. ':' .. member .. '\\0'
end

local function countOf(member)
  local prefix = prefixOf(member)
  return redis.call('ZLEXCOUNT', order, '[' .. prefix, '(' .. prefix .. '\\255')
end

-- The ids of a member's connections, oldest first.
local function connectionsOf(member, limit)
  local prefix = prefixOf(member)
  local found = redis.call('ZRANGEBYLEX', order, '[' .. prefix, '(' .. prefix .. '\\255', 'LIMIT', 0, limit)
  for index, entry in ipairs(found) do found[index] = string.sub(entry, #prefix + 17) end
  return found
end

local function tell(kind, member, data)
  local change = redis.call('HINCRBY', presence, 'change', 1)
  local epoch = redis.call('HGET', presence, 'epoch')
  redis.call('SPUBLISH', ARGV[1], cjson.encode({kind, member, data, epoch, change}))
end

local function drop(connection, entry)
  redis.call('HDEL', connections, connection)
  redis.call('ZREM', order, prefixOf(entry[1]) .. entry[3] .. connection)
end

-- Lets a connection go, and its member with the last one.
local function remove(connection, entry)
  drop(connection, entry)
  if countOf(entry[1]) == 0 then
    redis.call('ZREM', members, entry[1])
    tell('leave', entry[1], entry[4])
  end
  if redis.call('HLEN', connections) == 0 then redis.call('DEL', presence) end
end

-- Id, place, data of the newest connection and ids of all connections.
local function describe(member, place)
  local ids = connectionsOf(member, -1)
  local newest = redis.call('HGET', connections, ids[#ids])
  return {member, place, cjson.decode(newest)[4], ids}
end
`;

/**
 * Lets a connection join. Arguments: channel, the epoch if nobody is there, lease, connection, member, data as
 * JSON (empty: none), limit (0: none) and what to do beyond it. Answers 1 or 0 (refused), and the ids of the
 * connections that gave way.
 */
export const joinScript: Script = defineScript(`#!lua
${prelude}
local lease, connection, member, data = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local known = redis.call('HGET', connections, connection)
local old = known and cjson.decode(known)
if old and old[1] == member then
  redis.call('HSET', connections, connection, cjson.encode({member, lease, old[3], data}))
  return {1, {}}
end

local displaced = {}
local max = tonumber(ARGV[7])
local excess = max > 0 and countOf(member) + 1 - max or 0
if excess > 0 then
  if ARGV[8] ~= 'displace' then return {0, {}} end
  displaced = connectionsOf(member, excess)
  for _, id in ipairs(displaced) do
    drop(id, cjson.decode(redis.call('HGET', connections, id)))
  end
end

-- It was somebody else's.
if old then remove(connection, old) end
redis.call('HSETNX', presence, 'epoch', ARGV[2])
local number = string.format('%016.0f', redis.call('HINCRBY', presence, 'joins', 1))
redis.call('HSET', connections, connection, cjson.encode({member, lease, number, data}))
redis.call('ZADD', order, 0, prefixOf(member) .. number .. connection)
if redis.call('ZADD', members, 'NX', number, member) == 1 then tell('join', member, data) end
return {1, displaced}
`);

/** Lets a connection leave. Arguments: channel and connection. */
export const leaveScript: Script = defineScript(`#!lua flags=allow-oom
${prelude}
local known = redis.call('HGET', connections, ARGV[2])
if known then remove(ARGV[2], cjson.decode(known)) end
return 0
`);

/**
 * Lets the connections of a lease leave, some at a time. Arguments: channel, lease and cursor. Answers where
 * to go on; "0": that was all.
 */
export const purgeScript: Script = defineScript(`#!lua flags=allow-oom
${prelude}
local found = redis.call('HSCAN', connections, ARGV[3], 'COUNT', 200)
for index = 1, #found[2], 2 do
  local entry = cjson.decode(found[2][index + 1])
  if entry[2] == ARGV[2] then remove(found[2][index], entry) end
end
return found[1]
`);

/**
 * Lists members in order. Arguments: channel, the place after which to begin, and how many at most. Answers
 * epoch and number of the last change, then each member.
 */
export const membersScript: Script = defineScript(`#!lua flags=no-writes
${prelude}
local state = redis.call('HMGET', presence, 'epoch', 'change')
local reply = {state[1] or '', state[2] or '0'}
local found = redis.call('ZRANGEBYSCORE', members, '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
for index = 1, #found, 2 do
  reply[#reply + 1] = describe(found[index], found[index + 1])
end
return reply
`);

/** Looks for one member. Arguments: channel and member. Answers nothing when it is not there. */
export const memberScript: Script = defineScript(`#!lua flags=no-writes
${prelude}
local place = redis.call('ZSCORE', members, ARGV[2])
return place and describe(ARGV[2], place)
`);

/** Counts members and connections. */
export const countScript: Script = defineScript(`#!lua flags=no-writes
${prelude}
return {redis.call('ZCARD', members), redis.call('HLEN', connections)}
`);

/**
 * A sign of life. Keys: the leases that are alive and those that are dead, each with a time. Arguments: lease,
 * after how many milliseconds of silence one is dead, whether to look for dead ones ("1"), and whether this
 * lease is new ("1"). Answers whether the lease holds, and the dead ones that this node is to clear away.
 */
export const heartbeatScript: Script = defineScript(`#!lua flags=allow-oom
local alive, dead, lease = KEYS[1], KEYS[2], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local overdue = string.format('%.0f', now - ARGV[2])
local stamp = string.format('%.0f', now)

local holds = 0
if ARGV[4] == '1' or redis.call('ZSCORE', alive, lease) then
  redis.call('ZADD', alive, stamp, lease)
  holds = 1
end
if ARGV[3] ~= '1' then return {holds, {}} end

for _, silent in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', overdue, 'LIMIT', 0, 100)) do
  redis.call('ZREM', alive, silent)
  redis.call('ZADD', dead, 0, silent)
end
-- One that somebody else took, and did not finish, is free again after the same time.
local taken = redis.call('ZRANGEBYSCORE', dead, '-inf', overdue, 'LIMIT', 0, 10)
for _, silent in ipairs(taken) do redis.call('ZADD', dead, stamp, silent) end
return {holds, taken}
`);

/**
 * Notes that connections of a lease may be on topics. Keys: the leases that are alive, the topics of this one.
 * Arguments: lease, topics. Answers 0 when the lease does not hold any more.
 */
export const noteScript: Script = defineScript(`#!lua
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
for index = 2, #ARGV do redis.call('SADD', KEYS[2], ARGV[index]) end
return 1
`);

/** What every link has to know. */
export const presenceScripts: readonly Script[] = [
  joinScript,
  leaveScript,
  purgeScript,
  membersScript,
  memberScript,
  countScript,
  heartbeatScript,
  noteScript,
];

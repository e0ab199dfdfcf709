"""The ledger's steps inside Redis: each runs alone there, so a change, its place in every list and its events are one thing.

A job is a hash: `document` and what is searched or fenced; `rev` grows with every change and is what compare-and-set
compares; `beat` grows with every heartbeat. Keys are not declared one by one: a Redis Cluster is not supported.
"""

from __future__ import annotations

from ..job_events import KEPT_EVENTS

HEADER = """
local p = KEYS[1]
if redis.call('GET', p .. 'epoch') ~= ARGV[1] then return 'EPOCH' end
"""

#: A queued job's place in the line is one number: the priority's part, then the position.
_PLACE = """
local function place(id, state, needs, priority, position, number, before)
  local job = p .. 'job:' .. id
  redis.call('ZADD', p .. 'jobs', number, id)
  if before then
    redis.call('ZREM', p .. 'state:' .. before, id)
  end
  redis.call('ZADD', p .. 'state:' .. state, number, id)
  if state == 'queued' then
    redis.call('ZADD', p .. 'queued:' .. needs, (100 - tonumber(priority)) * 2^44 + tonumber(position), id)
  else
    redis.call('ZREM', p .. 'queued:' .. needs, id)
  end
end
"""

_TELL = f"""
local function tell(subject, document)
  local seq = redis.call('INCR', p .. 'seq')
  local last = redis.call('XREVRANGE', p .. 'events', '+', '-', 'COUNT', 1)[1]
  local top = last and tonumber(string.match(last[1], '^%d+')) or 0
  if top >= seq then  -- the counter was set back: all that follow would be refused
    seq = top + 1
    redis.call('SET', p .. 'seq', seq)
  end
  redis.call('XADD', p .. 'events', 'MAXLEN', '~', {KEPT_EVENTS}, seq .. '-0', 's', subject, 'd', document)
  return seq
end
"""

#: id, rev ('' for a new job), beat ('' = any), document, state, needs, priority, position, attempt, owner, tries_from, trainer, events…
_COMMIT = (
    _PLACE
    + _TELL
    + """
local id, rev, beat, state = ARGV[2], ARGV[3], ARGV[4], ARGV[6]
local job = p .. 'job:' .. id
local known = redis.call('HMGET', job, 'rev', 'beat', 'state', 'number')
local at = known[1] or ''
if not string.match(at, '^%d+$') then at = '' end
if at ~= rev then return 0 end
if beat ~= '' and known[2] ~= beat then return 0 end
local number = known[4] or redis.call('INCR', p .. 'number')
redis.call('HSET', job, 'rev', (tonumber(rev) or 0) + 1, 'document', ARGV[5], 'state', state, 'needs', ARGV[7],
  'attempt', ARGV[10], 'owner', ARGV[11], 'tries_from', ARGV[12], 'trainer', ARGV[13], 'number', number)
redis.call('HSETNX', job, 'beat', 0)
place(id, state, ARGV[7], ARGV[8], ARGV[9], number, known[3])
for i = 14, #ARGV do tell(id, ARGV[i]) end
return 1
"""
)

#: The same for a job that comes back from its folder; its place among the numbers follows the order of the calls.
RESTORE = (
    "local p = KEYS[1]\n"
    + _PLACE
    + """
local id, state = ARGV[1], ARGV[3]
local job = p .. 'job:' .. id
if redis.call('EXISTS', job) == 1 then return 0 end
local number, position, document = redis.call('INCR', p .. 'number'), tonumber(ARGV[6]), ARGV[2]
if position == 0 then
  position = redis.call('INCR', p .. 'position')
  document = string.gsub(document, '"position":0', '"position":' .. position, 1)
elseif position > tonumber(redis.call('GET', p .. 'position') or 0) then
  redis.call('SET', p .. 'position', position)
end
redis.call('HSET', job, 'rev', 1, 'document', document, 'state', state, 'needs', ARGV[4], 'attempt', ARGV[7],
  'owner', '', 'tries_from', ARGV[7], 'trainer', ARGV[8], 'number', number, 'beat', 0)
place(id, state, ARGV[4], ARGV[5], position, number, false)
return 1
"""
)

#: A job that is listed and whose hash is gone comes back from its folder, in its place. 0 for one that is there, or was removed.
_BRING = (
    _PLACE
    + """
local id, state = ARGV[2], ARGV[4]
local job, number = p .. 'job:' .. id, redis.call('ZSCORE', p .. 'jobs', id)
if not number or redis.call('EXISTS', job) == 1 then return 0 end
local position, document = tonumber(ARGV[7]), ARGV[3]
if position == 0 then
  position = redis.call('INCR', p .. 'position')
  document = string.gsub(document, '"position":0', '"position":' .. position, 1)
end
redis.call('HSET', job, 'rev', 1, 'document', document, 'state', state, 'needs', ARGV[5], 'attempt', ARGV[8],
  'owner', '', 'tries_from', ARGV[8], 'trainer', ARGV[9], 'number', number, 'beat', 0)
place(id, state, ARGV[5], ARGV[6], position, number, false)
return 1
"""
)

_ROW = """
return redis.call('HMGET', p .. 'job:' .. ARGV[2], 'document', 'rev', 'owner', 'beat', 'tries_from', 'attempt', 'state')
"""

#: id, attempt, owner, states in which a worker holds a job…
_BEAT = """
local job = p .. 'job:' .. ARGV[2]
local known = redis.call('HMGET', job, 'attempt', 'owner', 'state')
local held = false
for i = 5, #ARGV do held = held or known[3] == ARGV[i] end
if not held or known[1] ~= ARGV[3] or (known[2] ~= ARGV[4] and known[2] ~= '') then return -1 end
if known[2] == '' then redis.call('HSET', job, 'owner', ARGV[4]) end
return redis.call('HINCRBY', job, 'beat', 1)
"""

#: the trainers that are ready as a JSON object of names ('' = any), jobs to pass over as one of ids, needs…
_BEST = """
local ready = ARGV[2] ~= '' and cjson.decode(ARGV[2])
local passed = cjson.decode(ARGV[3])
local function fits(id)
  if passed[id] then return false end
  if not ready then return true end
  local job = p .. 'job:' .. id
  local trainer = redis.call('HGET', job, 'trainer')
  if not trainer then  -- of a version that did not write it
    local whole, known = pcall(cjson.decode, redis.call('HGET', job, 'document') or '')
    if not whole or type(known) ~= 'table' then return false end
    trainer = known.kind == 'training' and known.backend or '*'
  end
  return trainer == '*' or ready[trainer]
end
local function first(line)
  for at = 0, redis.call('ZCARD', line) - 1, 100 do
    local found = redis.call('ZRANGE', line, at, at + 99, 'WITHSCORES')
    for n = 1, #found, 2 do
      if fits(found[n]) then return found[n], tonumber(found[n + 1]) end
    end
  end
end
local best, score = nil, nil
for i = 4, #ARGV do
  local id, place = first(p .. 'queued:' .. ARGV[i])
  if id and (score == nil or place < score) then best, score = id, place end
end
return best or ''
"""

#: needs…: {id, document, id, document, …}
_LINE = """
local found = {}
for i = 2, #ARGV do
  for _, id in ipairs(redis.call('ZRANGE', p .. 'queued:' .. ARGV[i], 0, -1)) do
    found[#found + 1] = id
    found[#found + 1] = redis.call('HGET', p .. 'job:' .. id, 'document')
  end
end
return found
"""

#: below, count, sets…: {number, id, document, number, id, document, …} of each, newest first
_PAGE = """
local found = {}
for i = 4, #ARGV do
  local ids = redis.call('ZREVRANGEBYSCORE', p .. ARGV[i], ARGV[2], '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
  for n = 1, #ids, 2 do
    found[#found + 1] = ids[n + 1]
    found[#found + 1] = ids[n]
    found[#found + 1] = redis.call('HGET', p .. 'job:' .. ids[n], 'document')
  end
end
return found
"""

_HELD = """
local found = {}
for i = 2, #ARGV do
  for _, id in ipairs(redis.call('ZRANGE', p .. 'state:' .. ARGV[i], 0, -1)) do
    local known = redis.call('HMGET', p .. 'job:' .. id, 'attempt', 'owner', 'beat', 'state')
    found[#found + 1] = {id, known[1], known[2], known[3], known[4]}
  end
end
return found
"""

#: Removes the events about these subjects; how many went.
_FORGET_EVENTS = """
local gone, from, subjects = 0, '-', {}
for i = 2, #ARGV do subjects[ARGV[i]] = true end
while true do
  local page = redis.call('XRANGE', p .. 'events', from, '+', 'COUNT', 500)
  if #page == 0 then return gone end
  for _, entry in ipairs(page) do
    if subjects[entry[2][2]] then gone = gone + redis.call('XDEL', p .. 'events', entry[1]) end
    from = '(' .. entry[1]
  end
end
"""

#: Removes the events in which one of these ids is named; how many went.
_FORGET_MENTIONS = """
local gone, from, ids = 0, '-', {}
local pattern = '%l%l%l_' .. string.rep('[0-9a-z]', 26)
for i = 2, #ARGV do ids[ARGV[i]] = true end
local function named(text)
  for id in string.gmatch(text, pattern) do
    if ids[id] then return true end
  end
end
while true do
  local page = redis.call('XRANGE', p .. 'events', from, '+', 'COUNT', 500)
  if #page == 0 then return gone end
  for _, entry in ipairs(page) do
    local found = false
    for _, value in ipairs(entry[2]) do found = found or named(value) end
    if found then gone = gone + redis.call('XDEL', p .. 'events', entry[1]) end
    from = '(' .. entry[1]
  end
end
"""

_FORGET = (
    """
local id = ARGV[2]
local job = p .. 'job:' .. id
local known = redis.call('HMGET', job, 'state', 'needs')
redis.call('DEL', job)
redis.call('ZREM', p .. 'jobs', id)
if known[1] then
  redis.call('ZREM', p .. 'state:' .. known[1], id)
  redis.call('ZREM', p .. 'queued:' .. known[2], id)
end
"""
    + _FORGET_EVENTS
)

BODIES: dict[str, str] = {
    "commit": _COMMIT,
    "bring": _BRING,
    "row": _ROW,
    "beat": _BEAT,
    "best": _BEST,
    "line": _LINE,
    "page": _PAGE,
    "held": _HELD,
    "forget": _FORGET,
    "forget_events": _FORGET_EVENTS,
    "forget_mentions": _FORGET_MENTIONS,
    "number": "return redis.call('INCR', p .. 'position')\n",
    "tell": _TELL + "return tell(ARGV[2], ARGV[3])\n",
    "events": "return redis.call('XRANGE', p .. 'events', '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])\n",
    "first": "return redis.call('XRANGE', p .. 'events', '-', '+', 'COUNT', 1)\n",
    "last": "return redis.call('GET', p .. 'seq') or '0'\n",
    "worker": """
local before = redis.call('HGET', p .. 'workers', ARGV[2]) or ''
redis.call('HSET', p .. 'workers', ARGV[2], ARGV[3])
return before
""",
    "workers": "return redis.call('HGETALL', p .. 'workers')\n",
    "remove": "return redis.call('HDEL', p .. 'workers', ARGV[2])\n",
}

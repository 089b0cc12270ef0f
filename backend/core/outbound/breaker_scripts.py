"""Lua scripts of the breaker. Its state is a Redis hash; each script is atomic and uses Redis' clock.

Fields: `failures` in a row; `until`, the end of the pause in milliseconds; `probe`, until when other requests wait for
the probe; after a stop also `stopped` (the reason), `mark` (the refused configuration) and `since`. An `until` of more
than an hour ahead is ignored: the clock has been set back since.
"""

CLOSED, OPEN, STOPPED = 0, 1, 2
# Each returns {state, milliseconds left}. After the pause exactly one caller gets CLOSED, as the probe; for the probe
# after a stop the result is {0, 1}.
ENTER = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local stopped = redis.call('HEXISTS', KEYS[1], 'stopped') == 1
if stopped and redis.call('HGET', KEYS[1], 'mark') ~= ARGV[2] then
  redis.call('DEL', KEYS[1])
  stopped = false
end
local opens = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
if opens == 0 then return {0, 0} end
if now < opens and opens - now < 3600000 then return {stopped and 2 or 1, opens - now} end
local probe = tonumber(redis.call('HGET', KEYS[1], 'probe') or 0)
if now < probe then return {1, math.min(probe - now, tonumber(ARGV[3]))} end
redis.call('HSET', KEYS[1], 'probe', string.format('%.0f', now + ARGV[1]))
return {0, stopped and 1 or 0}
"""
SUCCEED = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local opens = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
if now < opens and opens - now < 3600000 then return {1, 0} end
redis.call('DEL', KEYS[1])
return {0, 0}
"""
FAIL = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
local opens = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
if now >= opens and (opens > 0 or failures >= tonumber(ARGV[1])) then
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[2]))
  redis.call('HDEL', KEYS[1], 'probe')
  return {1, tonumber(ARGV[2])}
end
return {0, 0}
"""
LEAVE = """
redis.call('HDEL', KEYS[1], 'probe')
return {0, 0}
"""
STOP = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSET', KEYS[1], 'stopped', ARGV[1], 'mark', ARGV[2], 'since', ARGV[3],
           'until', string.format('%.0f', now + ARGV[4]))
redis.call('HDEL', KEYS[1], 'probe')
return {2, tonumber(ARGV[4])}
"""

SCRIPTS = {"enter": ENTER, "succeed": SUCCEED, "fail": FAIL, "leave": LEAVE, "stop": STOP}

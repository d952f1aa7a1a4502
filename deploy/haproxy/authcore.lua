-- The action `authcore_check`: ask the auth service about a request, then admit or answer it.
--
-- It admits a request on 200 with X-Auth-Login and on nothing else.  What is no answer of the auth
-- service is 503.  Each request is asked about once: HAProxy's own httpclient would repeat a question
-- three times, and with it the time that a client waits.

local HOST, PORT = "127.0.0.1", 8401
local TIMEOUT = 15          -- seconds of silence; includes 5 s for a refresh at Cognito
local MAX_LINES, MAX_BODY = 200, 65536
local MAX_COOKIES = 8

-- Headers of the client that the auth service reads.
local ASKED = {"cookie", "accept", "accept-language", "sec-fetch-mode", "sec-fetch-site"}
-- Headers of an admitted request, for the application.
local IDENTITY = {
  "x-auth-subject", "x-auth-username", "x-auth-name",
  "x-auth-legacy-uid", "x-auth-groups", "x-auth-roles",
  "x-auth-claims", "x-auth-login",
}
-- Statuses of the auth service's answers to requests that are not admitted.
local PASSED_ON = {[302] = true, [401] = true, [403] = true, [431] = true, [503] = true}
-- Headers of those answers that clients do not get, beside X-Auth-*: those of the connection.
local LEFT_OUT = {["connection"] = true, ["content-length"] = true, ["keep-alive"] = true}

-- What a browser shows while the auth service does not answer.
local PAGE = [[<!doctype html>
<html lang="en">
<title>Please try again in a moment</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<h1>Please try again in a moment</h1>
<p>Your sign-in cannot be checked just now, and nothing was saved. You are still signed in; reload this page in a moment.</p>
</html>
]]

-- Join the values of one header of the client; HAProxy counts them from 0.
local function joined(headers, name)
  local found, place = {}, 0
  while headers[name] and headers[name][place] do
    found[#found + 1] = headers[name][place]
    place = place + 1
  end
  return table.concat(found, name == "cookie" and "; " or ", ")
end

-- Write the question about the request of *txn*: what the auth service reads, and no body.
local function question(txn)
  local given = txn.http:req_get_headers()
  local lines = {
    "GET /auth/check HTTP/1.1", "Host: authcore", "Connection: close",
    "X-Forwarded-Method: " .. txn.sf:method(),
    "X-Forwarded-Proto: " .. joined(given, "x-forwarded-proto"),
    "X-Forwarded-Host: " .. joined(given, "x-forwarded-host"),
    "X-Forwarded-Uri: " .. txn.sf:pathq(),
  }
  for _, name in ipairs(ASKED) do
    if given[name] then lines[#lines + 1] = name .. ": " .. joined(given, name) end
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

-- Read status, headers (name to list of values) and body; nil where that is no whole answer.
local function read_answer(socket)
  local status = tonumber((socket:receive("*l") or ""):match("^HTTP/1%.1 (%d%d%d)"))
  local headers = {}
  for _ = 1, MAX_LINES do
    local line = socket:receive("*l")
    if not line or not status then return nil end
    local name, value = line:gsub("\r$", ""):match("^([^:%s]+):%s*(.-)%s*$")
    if not name then break end
    name = name:lower()
    headers[name] = headers[name] or {}
    table.insert(headers[name], value)
  end
  local length = tonumber((headers["content-length"] or {})[1])
  if not length or length > MAX_BODY then return nil end
  local body = length > 0 and socket:receive(length) or ""
  if #body ~= length then return nil end
  return {status = status, headers = headers, body = body}
end

local function ask(txn)
  local socket = core.tcp()
  socket:settimeout(TIMEOUT)
  local answer = nil
  if socket:connect(HOST, PORT) and socket:send(question(txn)) then answer = read_answer(socket) end
  socket:close()
  return answer
end

local function admit(txn, headers)
  for _, name in ipairs(IDENTITY) do
    local found = headers[name] or {}
    txn.http:req_del_header(name)
    if #found == 1 and found[1] ~= "" then txn.http:req_set_header(name, found[1]) end
  end
  for number, cookie in ipairs(headers["set-cookie"] or {}) do
    if number <= MAX_COOKIES then txn:set_var("txn.authcore_cookie_" .. (number - 1), cookie) end
  end
end

local function pass_on(txn, answer)
  local reply = txn:reply{status = answer.status, body = answer.body}
  for name, values in pairs(answer.headers) do
    if not LEFT_OUT[name] and name:sub(1, 7) ~= "x-auth-" then
      for _, value in ipairs(values) do reply:add_header(name, value) end
    end
  end
  txn:done(reply)
end

-- Whether a browser shows the answer to the request of *txn* as a page.
local function shows_page(txn)
  local given = txn.http:req_get_headers()
  local mode, accept = joined(given, "sec-fetch-mode"), joined(given, "accept"):lower()
  return (mode == "" or mode == "navigate") and accept:find("text/html", 1, true) ~= nil
end

local function answer_later(txn)
  local is_page = shows_page(txn)
  local reply = txn:reply{status = 503, body = is_page and PAGE or '{"reason": "unavailable"}'}
  reply:add_header("content-type", is_page and "text/html; charset=utf-8" or "application/json")
  reply:add_header("retry-after", "5")
  reply:add_header("cache-control", "no-store")
  txn:done(reply)
end

core.register_action("authcore_check", {"http-req"}, function(txn)
  txn:set_var("txn.authcore_guarded", 1)
  local answer = ask(txn)
  local login = answer and (answer.headers["x-auth-login"] or {})[1]
  if answer and answer.status == 200 and (login == "cognito" or login == "legacy") then
    admit(txn, answer.headers)
  elseif answer and PASSED_ON[answer.status] and answer.headers["x-auth-reason"] then
    pass_on(txn, answer)
  else
    answer_later(txn)
  end
end)

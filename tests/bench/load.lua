-- wrk's requests. LOAD_TOKENS: a file with a token a line, each request takes the next; LOAD_PATH: what is asked, unless a
-- path stands behind the token; LOAD_TAG: if set, POST of a website whose domain begins with it. Ends with one line of figures.
local tokens, paths, requests, n = {}, {}, {}, 0
local tag = os.getenv("LOAD_TAG")

for line in io.lines(os.getenv("LOAD_TOKENS")) do
  local token, path = line:match("^(%S+) ?(%S*)$")
  tokens[#tokens + 1], paths[#paths + 1] = token, path ~= "" and path or os.getenv("LOAD_PATH")
end

function init()
  if tag then return end
  for i = 1, #tokens do requests[i] = wrk.format("GET", paths[i], { Authorization = "Bearer " .. tokens[i] }) end
end

function request()
  n = n + 1
  if not tag then return requests[(n - 1) % #requests + 1] end
  local headers = { Authorization = "Bearer " .. tokens[(n - 1) % #tokens + 1], ["Content-Type"] = "application/json" }
  return wrk.format("POST", paths[1], headers, '{"domain":"' .. tag .. "-" .. n .. '.example"}')
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("FIGURES %d %d %d %d %.3f %.3f", summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write + e.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end

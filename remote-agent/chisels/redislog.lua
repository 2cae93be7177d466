--[[
Commands to Redis.
]]

description = "Prints each command to Redis when it is answered: the command with its arguments, what came back (a value, a number, an error), and how long it took. Sent (>) or served (<)."
short_description = "Commands to Redis and their answers"
category = "Application"
args = {
	{ name = "form", description = "log: each command when it is answered; failed: those alone that failed; top: a table by command at the end", argtype = "string", optional = true },
	{ name = "disable_color", description = "Set to 'disable_color' to print without colours", argtype = "string", optional = true },
}

local service = require "porthole_service"

local MAX_WORDS = 16

-- The words of a command as clients send it; those that are cut are left out.
local function words_of(data)
	local count, at = data:match("^%*(%d+)\r\n()")
	if count == nil then
		return nil
	end
	local words = {}
	for _ = 1, math.min(tonumber(count), MAX_WORDS) do
		local length, from = data:match("^%$(%d+)\r\n()", at)
		if length == nil then
			break
		end
		words[#words + 1] = data:sub(from, from + math.min(tonumber(length), #data) - 1)
		at = from + tonumber(length) + 2
	end
	return #words > 0 and words or nil
end

local KINDS = {
	["+"] = function(rest) return rest, false end,
	["-"] = function(rest) return rest, true end,
	[":"] = function(rest) return rest, false end,
	["$"] = function(rest, data)
		if rest:sub(1, 1) == "-" then
			return "nil", false
		end
		local value = data:match("^%$%d+\r\n(.*)$") or ""
		return value:gsub("\r\n$", ""), false
	end,
	["*"] = function(rest) return rest .. " elements", false end,
}

service.define {
	filter = "(fd.sport=6379 or fd.cport=6379)",
	request = function(data)
		local words = words_of(data)
		return words and { text = table.concat(words, " "), kind = words[1]:upper() }
	end,
	answer = function(data, request, state)
		-- Some clients read the first byte by itself; others only look at it, and read it again.
		if state.part ~= nil and data:sub(1, #state.part) ~= state.part then
			data = state.part .. data
		end
		if not data:find("\n", 1, true) and #data < 64 then
			state.part = data
			return nil
		end
		state.part = nil
		local read = KINDS[data:sub(1, 1)]
		if read == nil then
			return nil
		end
		local result, failed = read(data:match("^.([^\r\n]*)"), data)
		return { text = result, failed = failed }
	end,
}

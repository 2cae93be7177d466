--[[
Statements to PostgreSQL.
]]

description = "Prints each statement to PostgreSQL when it is answered: the statement, what came back (its tag, as SELECT 5, or the error with its code), and how long it took. Sent (>) or served (<). Over TLS nothing can be seen."
short_description = "Statements to PostgreSQL and their results"
category = "Application"
args = {
	{ name = "form", description = "log: each statement when it is answered; failed: those alone that failed; top: a table by statement, without its values, at the end", argtype = "string", optional = true },
	{ name = "disable_color", description = "Set to 'disable_color' to print without colours", argtype = "string", optional = true },
}

local service = require "porthole_service"

local MAX_MESSAGES = 64

-- Visits the messages of what was moved: letter and body; the last one may be cut.
local function messages(data)
	local at, count = 1, 0
	return function()
		local length = service.u32(data, at + 1)
		count = count + 1
		if length == nil or length < 4 or count > MAX_MESSAGES then
			return nil
		end
		local letter, body = data:sub(at, at), data:sub(at + 5, math.min(#data, at + length))
		at = at + 1 + length
		return letter, body
	end
end

local function shape(statement)
	return (statement:gsub("%s+", " "):gsub("'[^']*'?", "?"):gsub("%f[%w_]%d[%d.]*", "?"))
end

service.define {
	filter = "(fd.sport=5432 or fd.cport=5432)",
	request = function(data, state)
		for letter, body in messages(data) do
			if letter == "Q" then
				local statement = body:gsub("%z.*$", "")
				return { text = statement, kind = shape(statement) }
			elseif letter == "P" then
				-- The name of what is prepared, and the statement; it may be executed later by its name.
				local name, statement = body:match("^([^%z]*)%z([^%z]*)")
				if statement ~= nil and statement ~= "" then
					state.prepared = state.prepared or {}
					state.prepared[name] = statement
					return { text = statement, kind = shape(statement) }
				end
			elseif letter == "B" then
				local name = body:match("^[^%z]*%z([^%z]*)")
				local statement = name and state.prepared and state.prepared[name]
				if statement ~= nil then
					return { text = statement, kind = shape(statement) }
				end
			end
		end
	end,
	answer = function(data)
		local columns
		for letter, body in messages(data) do
			if letter == "C" then
				return { text = body:gsub("%z.*$", ""), failed = false }
			elseif letter == "E" then
				local code, message = body:match("%zC([^%z]*)"), body:match("%zM([^%z]*)")
				return { text = "error " .. (code or "?") .. ": " .. (message or ""), failed = true }
			elseif letter == "T" then
				columns = service.u16(body, 1)
			end
		end
		return columns and { text = "rows of " .. columns .. (columns == 1 and " column" or " columns"), failed = false }
	end,
}

--[[
Statements to MySQL and MariaDB.
]]

description = "Prints each statement to MySQL or MariaDB when it is answered: the statement, what came back (rows, rows changed, or the error with its number), and how long it took. Sent (>) or served (<). Over TLS nothing can be seen."
short_description = "Statements to MySQL and their results"
category = "Application"
args = {
	{ name = "form", description = "log: each statement when it is answered; failed: those alone that failed; top: a table by statement, without its values, at the end", argtype = "string", optional = true },
	{ name = "disable_color", description = "Set to 'disable_color' to print without colours", argtype = "string", optional = true },
}

local service = require "porthole_service"

local COMMANDS = { [1] = "QUIT", [2] = "USE", [3] = "", [14] = "PING", [22] = "PREPARE", [23] = "EXECUTE", [25] = "CLOSE", [26] = "RESET", [31] = "RESET CONNECTION" }
-- Those that the server does not answer.
local SILENT = { [1] = true, [25] = true }
local HEAD = 4

-- A packet: number in its exchange, and what it holds. Servers read the four bytes of its head by themselves: they are put in front of what comes next.
local function packet(data, state)
	if #data == HEAD then
		state.head = data
		return nil
	end
	local length = service.u24le(data, 1)
	if state.head ~= nil and (length == nil or length ~= #data - HEAD) then
		data = state.head .. data
		length = service.u24le(data, 1)
	end
	state.head = nil
	if length == nil or length == 0 or #data <= HEAD then
		return nil
	end
	return data:byte(4), data:sub(HEAD + 1, math.min(#data, HEAD + length))
end

-- A number in the protocol's own form: one byte, or a byte that says how many follow.
local function number_at(data, at)
	local first = data:byte(at)
	if first == 252 then
		return service.u16le(data, at + 1)
	elseif first == 253 then
		return service.u24le(data, at + 1)
	end
	return first
end

-- A statement without its values, so that those that differ in them alone are one.
local function shape(statement)
	return (statement:gsub("%s+", " "):gsub("'[^']*'?", "?"):gsub('"[^"]*"?', "?"):gsub("%f[%w_]%d[%d.]*", "?"))
end

service.define {
	filter = "(fd.sport=3306 or fd.cport=3306)",
	request = function(data, state)
		local number, body = packet(data, state)
		if number ~= 0 then
			return nil
		end
		local command = COMMANDS[body:byte(1)]
		-- The greeting of a server is a first packet, too: it begins with the version of the protocol, 10, and a number.
		if command == nil or SILENT[body:byte(1)] then
			return nil
		end
		local rest = body:byte(1) == 23 and tostring(service.u16le(body, 2)) or body:sub(2)
		local statement = command == "" and rest or command .. (rest == "" and "" or " " .. rest)
		return { text = statement, kind = shape(statement) }
	end,
	answer = function(data)
		local number, body = packet(data, {})
		if number == nil or number == 0 then
			return nil
		end
		local first = body:byte(1)
		if first == 255 then
			local message = body:sub(4):gsub("^#%w%w%w%w%w", "")
			return { text = "error " .. tostring(service.u16le(body, 2)) .. ": " .. message, failed = true }
		elseif first == 0 then
			local changed = number_at(body, 2)
			return { text = changed == nil and "ok" or "ok, " .. changed .. (changed == 1 and " row changed" or " rows changed"), failed = false }
		end
		return { text = "rows of " .. tostring(first) .. (first == 1 and " column" or " columns"), failed = false }
	end,
}

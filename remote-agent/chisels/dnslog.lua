--[[
Questions to name servers.
]]

description = "Prints each question to a name server when it is answered: name and type, what came back (an address, or why there is none), and how long it took. Sent (>) or served (<)."
short_description = "Questions to name servers and their answers"
category = "Application"
args = {
	{ name = "form", description = "log: each question when it is answered; failed: those alone that failed; top: a table by name at the end", argtype = "string", optional = true },
	{ name = "disable_color", description = "Set to 'disable_color' to print without colours", argtype = "string", optional = true },
}

local service = require "porthole_service"

local TYPES = { [1] = "A", [2] = "NS", [5] = "CNAME", [6] = "SOA", [12] = "PTR", [15] = "MX", [16] = "TXT", [28] = "AAAA", [33] = "SRV", [65] = "HTTPS", [255] = "ANY" }
local CODES = { [1] = "FORMERR", [2] = "SERVFAIL", [3] = "NXDOMAIN", [4] = "NOTIMP", [5] = "REFUSED" }

-- A name, and where it ends; nil where it is cut or no name. Labels of one name are at most 127.
local function name_at(data, at)
	local labels = {}
	for _ = 1, 127 do
		local length = data:byte(at)
		if length == nil or length > 63 and length < 192 then
			return nil
		elseif length >= 192 then
			-- It goes on elsewhere: what stands here is enough to tell where it ends.
			return table.concat(labels, "."), at + 2
		elseif length == 0 then
			return #labels == 0 and "." or table.concat(labels, "."), at + 1
		end
		if at + length > #data then
			return nil
		end
		labels[#labels + 1] = data:sub(at + 1, at + length)
		at = at + 1 + length
	end
end

-- The message behind the two bytes of its length that a stream has.
local function message(data)
	if #data > 14 and service.u16(data, 1) == #data - 2 then
		return data:sub(3)
	end
	return data
end

local function question(data)
	if #data < 17 or service.u16(data, 5) ~= 1 then
		return nil
	end
	local name, at = name_at(data, 13)
	local kind = name and service.u16(data, at)
	return kind and { name = name, type = TYPES[kind] or "type " .. kind, at = at + 4 }
end

-- The addresses of an answer.
local function addresses(data, at, count)
	local found = {}
	for _ = 1, math.min(count, 16) do
		local _, from = name_at(data, at)
		local kind, length = from and service.u16(data, from), from and service.u16(data, from + 8)
		if length == nil or from + 9 + length > #data then
			break
		end
		if kind == 1 and length == 4 then
			found[#found + 1] = table.concat({ data:byte(from + 10, from + 13) }, ".")
		elseif kind == 28 and length == 16 then
			local groups = {}
			for i = 0, 7 do
				groups[i + 1] = string.format("%x", service.u16(data, from + 10 + 2 * i))
			end
			found[#found + 1] = table.concat(groups, ":")
		elseif kind == 5 then
			found[#found + 1] = "CNAME"
		end
		at = from + 10 + length
	end
	return found
end

service.define {
	filter = "(fd.sport=53 or fd.cport=53)",
	request = function(data)
		data = message(data)
		local flags = data:byte(3)
		if flags == nil or flags >= 128 then
			return nil
		end
		local asked = question(data)
		return asked and { id = service.u16(data, 1), text = asked.name .. " " .. asked.type, kind = asked.name .. " " .. asked.type }
	end,
	id_of = function(data)
		return service.u16(message(data), 1)
	end,
	answer = function(data)
		data = message(data)
		local flags, code = data:byte(3, 4)
		if code == nil or flags < 128 then
			return nil
		end
		code = code % 16
		if code ~= 0 then
			return { text = CODES[code] or "code " .. code, failed = true }
		end
		local asked, count = question(data), service.u16(data, 7) or 0
		local found = asked and addresses(data, asked.at, count) or {}
		return { text = #found > 0 and table.concat(found, ", ") or count == 0 and "nothing" or count .. " records", failed = false }
	end,
}

--[[
Requests to memcached.
]]

description = "Prints the requests of memcached's text protocol that read (get, gets) and store (set), at the side of the client and of the server, with key and size of what is stored. Looked at is what goes over port 11211, and what processes named memcached read and write."
short_description = "Requests to memcached"
category = "Application"
args =
{
	{
		name = "method",
		description = "get or set: those alone",
		argtype = "string",
		optional = true
	},
	{
		name = "size",
		description = "only stores of so many bytes or more",
		argtype = "int",
		optional = true
	}
}

local text = require "porthole_text"

local wanted, least
local f_data, f_time

function on_set_arg(name, value)
	if name == "method" then
		wanted = value
		return true
	end
	least = text.positive("memcachelog", name, value)
	return least ~= nil
end

function on_init()
	f_data = chisel.request_field("evt.arg[1]")
	f_time = chisel.request_field("evt.datetime")
	sysdig.set_snaplen(4096)
	sysdig.set_filter("(fd.sport=11211 or proc.name=memcached) and evt.is_io=true")
	chisel.set_filter("evt.dir=< and (evt.buffer startswith get or evt.buffer startswith set)")
	return true
end

-- The word behind so many blanks; "" where there are fewer.
local function word(line, blanks)
	return line:match("^" .. ("[^ ]* "):rep(blanks) .. "([^ ]*)") or ""
end

function on_event()
	local line = evt.field(f_data)
	local method = line and word(line, 0)
	if method == nil or wanted ~= nil and method ~= wanted or not line:find(" ", 1, true) then
		return false
	end
	local size = 0
	if method:sub(1, 3) == "set" then
		size = tonumber(word(line, 4)) or 0
		if least ~= nil and size < least then
			return false
		end
	end
	print(string.format("%s method=%s size=%dB key=%s", evt.field(f_time), method, size, word(line, 1)))
	return true
end

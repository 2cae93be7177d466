--[[
Who talks to whom.
]]

description = "Shows which container talks to which over the network: connections, bytes to and from the one that connected, and failed calls. An end that is in no container that is seen is shown by its address."
short_description = "Traffic between each two containers"
category = "Net"
args = { { name = "rows", description = "How many pairs to show; all where it is left out", argtype = "int", optional = true } }

local table_of = require "porthole_table"
local text = require "porthole_text"

local f_container, f_read, f_bytes, f_client_ip, f_client_port, f_server_ip, f_server_port
local connections, known = {}, 0
local rows_max = 0

-- Connections that are kept at most.
local CONNECTIONS = 100000
-- To have nothing yet is no failure: EAGAIN, EINPROGRESS.
local WAITS = { [-11] = true, [-115] = true }

function on_set_arg(name, value)
	rows_max = text.positive("conversations", name, value) or -1
	return rows_max >= 0
end

function on_init()
	f_container = chisel.request_field("container.name")
	f_read = chisel.request_field("evt.is_io_read")
	f_bytes = chisel.request_field("evt.rawres")
	f_client_ip = chisel.request_field("fd.cip")
	f_client_port = chisel.request_field("fd.cport")
	f_server_ip = chisel.request_field("fd.sip")
	f_server_port = chisel.request_field("fd.sport")
	chisel.set_filter("(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true and evt.dir=<")
	return true
end

function on_event()
	local from, to = evt.field(f_client_ip), evt.field(f_server_ip)
	local from_port, to_port = evt.field(f_client_port), evt.field(f_server_port)
	local container, bytes = evt.field(f_container), evt.field(f_bytes)
	if from == nil or to == nil or from_port == nil or to_port == nil or container == nil or bytes == nil then
		return true
	end
	-- Who began is not known of connections that are older than the capture: services have the lower port.
	if to_port > from_port then
		from, to, from_port, to_port = to, from, to_port, from_port
	end
	local key = from .. " " .. from_port .. " " .. to .. " " .. to_port
	local connection = connections[key]
	if connection == nil then
		if known >= CONNECTIONS then
			return true
		end
		known = known + 1
		connection = { from = from, to = to, port = to_port, ends = {} }
		connections[key] = connection
	end
	-- Each end counts by itself: what both saw is not counted twice in the end.
	local own = connection.ends[container]
	if own == nil then
		own = { sent = 0, received = 0, failed = 0 }
		connection.ends[container] = own
	end
	if bytes < 0 then
		if not WAITS[bytes] then
			own.failed = own.failed + 1
		end
	elseif evt.field(f_read) then
		own.received = own.received + bytes
	else
		own.sent = own.sent + bytes
	end
	return true
end

-- Whose each address is: of all connections of a container its own address is an end.
local function owners()
	local seen = {}
	for _, connection in pairs(connections) do
		for container in pairs(connection.ends) do
			local counts = seen[container] or {}
			seen[container] = counts
			counts[connection.from] = (counts[connection.from] or 0) + 1
			if connection.to ~= connection.from then
				counts[connection.to] = (counts[connection.to] or 0) + 1
			end
		end
	end
	local owner = {}
	for container, counts in pairs(seen) do
		local best, most, tie = nil, 0, false
		for address, count in pairs(counts) do
			if address:find("^127%.") == nil and address ~= "::1" then
				if count > most then
					best, most, tie = address, count, false
				elseif count == most then
					tie = true
				end
			end
		end
		if best ~= nil and not tie and container ~= "host" then
			owner[best] = container
		end
	end
	return owner
end

local NOTHING = { sent = 0, received = 0, failed = 0 }

-- The container at an end, and what it counted: the owner of the address, or the one that is left.
local function end_of(connection, address, owner, other)
	local container = owner[address]
	if container ~= nil then
		return container, connection.ends[container] or NOTHING
	end
	for name, counts in pairs(connection.ends) do
		if name ~= other and (owner[connection.from] ~= name and owner[connection.to] ~= name) then
			return name, counts
		end
	end
	return address, NOTHING
end

function on_capture_end()
	local owner, rows, weights = owners(), {}, {}
	for _, connection in pairs(connections) do
		local client, client_counts, server, server_counts
		if connection.from == connection.to or connection.from:find("^127%.") ~= nil then
			-- Within one place: one side counts both ways.
			client, client_counts = next(connection.ends)
			server, server_counts = client, NOTHING
		else
			client, client_counts = end_of(connection, connection.from, owner)
			server, server_counts = end_of(connection, connection.to, owner, client)
		end
		server = server .. ":" .. connection.port
		local key = table_of.join(client, server)
		local row = rows[key]
		if row == nil then
			row = { connections = 0, to = 0, from = 0, failed = 0, client = client, server = server }
			rows[key] = row
		end
		row.connections = row.connections + 1
		row.to = row.to + math.max(client_counts.sent, server_counts.received)
		row.from = row.from + math.max(client_counts.received, server_counts.sent)
		row.failed = row.failed + client_counts.failed + server_counts.failed
		weights[key] = row.to + row.from
	end
	local json, lines = sysdig.get_output_format() == "json", {}
	if not json then
		print(string.format("%-28s %-28s %11s %10s %10s %8s", "FROM", "TO", "CONNECTIONS", "SENT", "RECEIVED", "FAILED"))
	end
	for i, weight in ipairs(table_of.sorted(weights)) do
		if rows_max > 0 and i > rows_max then
			break
		end
		local row = rows[weight.key]
		if json then
			lines[#lines + 1] = string.format('{"from":%s,"to":%s,"connections":%d,"sent":%s,"received":%s,"failed":%d}', text.json(row.client), text.json(row.server), row.connections, text.json(row.to), text.json(row.from), row.failed)
		else
			print(string.format("%-28s %-28s %11d %10s %10s %8d", row.client, row.server, row.connections, text.bytes(row.to), text.bytes(row.from), row.failed))
		end
	end
	if json then
		print("[" .. table.concat(lines, ",\n") .. "]")
	end
	return true
end

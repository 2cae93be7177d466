--[[
Top processes by CPU time, estimated from system calls.

Captures hold calls, not the scheduler's work, so nobody tells how long a thread
had a CPU. Two things are known of each thread: when a call ended, and when the
next one began. Between the two it ran its own code (or waited for a CPU). That
is counted here, and with it the time inside calls that compute rather than wait.

Where scheduler events (switch) are in the capture, they are used instead: from
the moment a thread gets a CPU to the moment another one takes it.
]]

description = "Shows the processes that used most CPU time. The time is an estimate: system calls say when a thread left the kernel and when it came back, and what lies between is counted as time on a CPU, along with calls that last less than a millisecond. A thread that waits for a busy CPU is counted as running (where that makes more time than the machine's CPUs have, all are scaled down), and a thread that makes no calls at all is not seen. Captures that hold scheduler (switch) events are counted exactly, by those. Live, a table is printed each second; of a capture, one at its end. 100% is one CPU."
short_description = "Top processes by CPU time (estimated from system calls)"
category = "CPU Usage"

args =
{
	{
		name = "top_number",
		description = "how many processes to show (10 if not given)",
		argtype = "int",
		optional = true
	}
}

local top_number = 10

-- A gap between two calls longer than this is no work of one piece: the thread was most likely not running.
local LONGEST_GAP = 1000000000
-- A call longer than this waits for something.
local LONGEST_CALL = 1000000

-- CPU time by process: { name = , pid = , ns = }.
local processes = {}
-- By thread: when its last call ended (ns since the first second seen).
local ended = {}
-- By CPU: the thread that has it, and since when (only with scheduler events).
local running = {}
local has_switches = false
local first_second

local f_pid, f_tid, f_name, f_latency, f_dir

function on_set_arg(name, value)
	local n = tonumber(value)
	if not n or n < 1 then
		print("topprocs_cpu_estimate: " .. name .. " must be a number above 0, not '" .. value .. "'")
		return false
	end
	top_number = math.floor(n)
	return true
end

function on_init()
	f_pid = chisel.request_field("proc.pid")
	f_tid = chisel.request_field("thread.tid")
	f_name = chisel.request_field("proc.name")
	f_latency = chisel.request_field("evt.latency")
	f_dir = chisel.request_field("evt.dir")
	return true
end

function on_capture_start()
	if sysdig.is_live() then
		chisel.set_interval_s(1)
	end
	return true
end

local function add(pid, name, ns)
	local process = processes[pid]
	if process == nil then
		process = { pid = pid, name = name, ns = 0 }
		processes[pid] = process
	end
	process.name = name
	process.ns = process.ns + ns
end

-- The scheduler gave a CPU from one thread to another: exact, and estimates of before are dropped.
local function on_switch(now)
	if not has_switches then
		has_switches = true
		processes = {}
	end
	local cpu = evt.get_cpuid()
	local before = running[cpu]
	local pid, name = evt.field(f_pid), evt.field(f_name)
	if before ~= nil and pid ~= nil and pid > 0 and name ~= nil then
		-- The event belongs to the thread that leaves.
		add(pid, name, now - before)
	end
	running[cpu] = now
end

function on_event()
	local s, ns = evt.get_ts()
	if first_second == nil then
		first_second = s
	end
	local now = (s - first_second) * 1000000000 + ns

	if evt.get_type() == "switch" then
		on_switch(now)
		return false
	end
	if has_switches then
		return false
	end

	local pid, tid, name = evt.field(f_pid), evt.field(f_tid), evt.field(f_name)
	if pid == nil or pid <= 0 or tid == nil or name == nil then
		return false
	end

	if evt.field(f_dir) == ">" then
		-- A call begins: the thread ran its own code until now.
		local from = ended[tid]
		if from ~= nil and now > from and now - from < LONGEST_GAP then
			add(pid, name, now - from)
		end
		ended[tid] = nil
		return false
	end

	-- A call ends. Where its beginning is not an event of its own, the length of the call says when it was.
	local latency = evt.field(f_latency)
	if latency == nil or latency < 0 then
		latency = 0
	end
	local began, from = now - latency, ended[tid]
	if from ~= nil and began > from and began - from < LONGEST_GAP then
		add(pid, name, began - from)
	end
	if latency < LONGEST_CALL then
		add(pid, name, latency)
	end
	ended[tid] = now
	return false
end

local function print_table(delta)
	local sorted, total = {}, 0
	for _, process in pairs(processes) do
		if process.ns > 0 then
			sorted[#sorted + 1] = process
			total = total + process.ns
		end
	end
	-- Threads that wait for a CPU look as if they ran: no more time was used than there was.
	local available = sysdig.get_machine_info().num_cpus * delta
	if available > 0 and total > available then
		for _, process in ipairs(sorted) do
			process.ns = process.ns * available / total
		end
	end
	table.sort(sorted, function(a, b)
		if a.ns ~= b.ns then
			return a.ns > b.ns
		end
		return a.pid < b.pid
	end)

	print(string.format("%-10s%-12s%-20s%s", "CPU%", "Time", "Process", "PID"))
	print(string.rep("-", 80))
	for i = 1, math.min(top_number, #sorted) do
		local process = sorted[i]
		local percent = delta > 0 and process.ns * 100 / delta or 0
		print(string.format("%-10s%-12s%-20s%d",
			string.format("%.2f%%", percent), string.format("%.3fms", process.ns / 1000000), process.name, process.pid))
	end
end

function on_interval(ts_s, ts_ns, delta)
	if delta > 0 then
		print_table(delta)
		print("")
	end
	processes = {}
	return true
end

function on_capture_end(ts_s, ts_ns, delta)
	if not sysdig.is_live() then
		print_table(delta)
	end
end

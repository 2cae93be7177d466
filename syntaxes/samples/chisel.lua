description = "What it shows"; short_description = "Short"
category = "Net"
hidden = false
args = { { name = "top", description = "how many", argtype = "int", optional = true } }

function on_set_arg(name, value) top = tonumber(value) return true end
function on_init()
	f_name = chisel.request_field("fd.name")
	f_arg = chisel.request_field 'evt.arg[0]'
	f_raw = chisel.request_field[[evt.rawarg.res]]
	f_aname = chisel.request_field("proc.aname[2]")
	f_wrong = chisel.request_field("no field")
	chisel.set_filter("evt.type in (open, openat) and fd.name contains \"/etc\" or not proc.pid >= 100ms")
	sysdig.set_filter('user.uid=0')
	chisel.set_filter([[evt.dir = < and
	  container.name glob "web*"]])
	chisel.set_filter("proc.name='a b' and fd.num in (1,2) or tolower(proc.exe)=x")
	chisel.set_filter([[fd.name=a[b] ]])
	chisel.set_filter("fd.name=" .. name .. " and evt.failed=true")
	chisel.set_event_formatter("%evt.num %20proc.name %evt.arg[1] 100%% done")
	chisel.set_interval_s(1)
	return true
end
function on_event()
	local seconds, ns = evt.get_ts()
	print(evt.field(f_name), sysdig.make_ts(seconds, ns), evt.no_such(), my.evt.field)
	return true
end
function on_interval(ts_s, ts_ns, delta) return true end
function on_capture_end() end

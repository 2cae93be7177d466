-- Which files are looked for in vain, and by whom. Change it, save it, run it from the lens above.
description = "Files that could not be opened because they are not there, by process"
short_description = "Missing files"
category = "Errors"
args = {}

local counts = {}

function on_init()
    container = chisel.request_field("container.name")
    process = chisel.request_field("proc.name")
    name = chisel.request_field("fd.name")
    chisel.set_filter("evt.type in (open, openat) and evt.failed = true")
    chisel.set_interval_s(2)
    return true
end

function on_event()
    local key = string.format("%-24s %-16s %s", evt.field(container), evt.field(process), tostring(evt.field(name)))
    counts[key] = (counts[key] or 0) + 1
    return true
end

local function report()
    for key, count in pairs(counts) do
        print(string.format("%6d  %s", count, key))
    end
    counts = {}
end

function on_interval()
    report()
    return true
end

function on_capture_end()
    report()
    return true
end

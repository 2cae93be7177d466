// What a new chisel begins with.

export const NEW_CHISEL = `description = "What this chisel shows, at length."
short_description = "What it shows"
category = "Misc"

args = {}

local f_name, f_type
local counts = {}

-- Once, before the events: say what you want of them.
function on_init()
	f_name = chisel.request_field("proc.name")
	f_type = chisel.request_field("evt.type")
	chisel.set_filter("evt.dir=< and evt.failed=true")
	return true
end

-- For each event that passes the filter.
function on_event()
	local key = (evt.field(f_name) or "?") .. "\\t" .. (evt.field(f_type) or "?")
	counts[key] = (counts[key] or 0) + 1
	return true
end

-- Once, after the last event.
function on_capture_end()
	for key, count in pairs(counts) do
		print(count .. "\\t" .. key)
	end
end
`;

/** A name that can be a file's. */
export function chiselNameProblem(name: string): string | undefined {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) ? undefined : 'A name of letters, digits, _ . and -';
}

--[[
What processes write to standard output.
]]

description = "Prints what processes write to their standard output, as it comes. Name a process or a container in the filter, or that of all is mixed."
short_description = "What processes write to standard output"
category = "I/O"
args = {}

require("porthole_io").print_stream(1)

// The globals and libraries of Lua 5.1 with what LuaJIT adds: signatures and a line on each, for completion, hover and argument counts.

export interface LibraryParameter { readonly name: string; readonly optional: boolean }
export interface LibraryEntry {
  /** `string.format`; a global function has no point. */
  readonly name: string;
  /** Undefined: a value, no function. */
  readonly parameters: readonly LibraryParameter[] | undefined;
  readonly doc: string;
}

/** `name(a, b?, ...)`: doc; without brackets it is a value. */
const ROWS: readonly (readonly [signature: string, doc: string])[] = [
  ['_G', 'The table of all globals.'], ['_VERSION', '`Lua 5.1`.'], ['arg', 'Arguments of the command line, where there is one.'],
  ['assert(value, message?, ...)', 'Raises an error where the value is false or nil; else returns all that it was given.'],
  ['collectgarbage(option?, argument?)', 'Steers the garbage collector; `"count"`: memory in use, KiB.'],
  ['dofile(name?)', 'Runs a file. Chisels have no files here.'], ['error(message, level?)', 'Raises an error; level 0 leaves the place out of its text.'],
  ['getfenv(f?)', 'The environment of a function.'], ['setfenv(f, table)', 'Gives a function another environment.'], ['getmetatable(object)', 'The metatable of a value.'],
  ['ipairs(table)', 'For loops over 1, 2, … up to the first nil.'], ['load(func, name?)', 'Makes a function of pieces of text.'], ['loadfile(name?)', 'Makes a function of a file. Chisels have no files here.'],
  ['loadstring(text, name?)', 'Makes a function of a text.'], ['module(name, ...)', 'Begins a module in the manner of Lua 5.1.'], ['next(table, key?)', 'The key after this one and its value; nil at the end.'],
  ['pairs(table)', 'For loops over all keys, in no order.'], ['pcall(f, ...)', 'Calls f; returns true and its results, or false and the error.'], ['print(...)', 'Writes its arguments with tabs between, and a line end.'],
  ['rawequal(a, b)', 'Equality without metamethods.'], ['rawget(table, key)', 'Reads without metamethods.'], ['rawset(table, key, value)', 'Writes without metamethods.'],
  ['require(name)', 'Loads a module: NAME.lua beside the chisel, or in a folder of chisels.'], ['select(n, ...)', 'The arguments from the nth on; `"#"`: how many there are.'],
  ['setmetatable(table, metatable)', 'Gives a table a metatable, and returns the table.'], ['tonumber(value, base?)', 'A number, or nil where the value says none.'], ['tostring(value)', 'The value as text.'],
  ['type(value)', '`nil`, `number`, `string`, `boolean`, `table`, `function`, `thread` or `userdata`.'], ['unpack(list, from?, to?)', 'The elements of a list as values.'], ['xpcall(f, handler, ...)', 'As pcall; the handler sees the error before the stack is gone.'],
  ['gcinfo()', 'Memory in use, KiB.'], ['newproxy(metatable?)', 'An empty userdata.'],
  ['string.byte(s, from?, to?)', 'Codes of its characters.'], ['string.char(...)', 'The characters of these codes.'], ['string.dump(f, strip?)', 'A function as bytecode.'],
  ['string.find(s, pattern, from?, plain?)', 'Start and end of the first match, and its captures; nil where there is none.'], ['string.format(format, ...)', 'As printf: `%d` `%s` `%5.2f` `%x` `%q` …'],
  ['string.gmatch(s, pattern)', 'For loops over all matches.'], ['string.gfind(s, pattern)', 'The old name of gmatch.'], ['string.gsub(s, pattern, replacement, limit?)', 'Replaces matches; returns the text and how many there were.'],
  ['string.len(s)', 'Its bytes.'], ['string.lower(s)', 'In lower case.'], ['string.match(s, pattern, from?)', 'The captures of the first match, or all of it; nil where there is none.'],
  ['string.rep(s, n, separator?)', 'n times one behind the other.'], ['string.reverse(s)', 'Backwards.'], ['string.sub(s, from, to?)', 'A part; negative places count from the end.'], ['string.upper(s)', 'In upper case.'],
  ['table.concat(list, separator?, from?, to?)', 'The elements as one text.'], ['table.foreach(table, f)', 'Calls f for each key and value, until it returns one.'], ['table.foreachi(list, f)', 'Calls f for each place and element.'], ['table.getn(list)', 'As `#list`.'],
  ['table.insert(list, place_or_value, value?)', 'Puts an element at a place, or at the end.'], ['table.maxn(table)', 'The largest number among its keys.'], ['table.remove(list, place?)', 'Takes an element out, the last one where no place is given.'],
  ['table.sort(list, before?)', 'Sorts in place; `before(a, b)` says whether a comes first.'], ['table.setn(list, n)', 'Does nothing any more.'], ['table.new(n, m)', 'LuaJIT: an empty table with room.'], ['table.clear(table)', 'LuaJIT: empties a table.'],
  ['math.abs(x)', 'Without its sign.'], ['math.acos(x)', 'Arc cosine.'], ['math.asin(x)', 'Arc sine.'], ['math.atan(x)', 'Arc tangent.'], ['math.atan2(y, x)', 'Arc tangent of y/x, in the right quadrant.'], ['math.ceil(x)', 'Rounded up.'],
  ['math.cos(x)', 'Cosine.'], ['math.cosh(x)', 'Hyperbolic cosine.'], ['math.deg(x)', 'Radians in degrees.'], ['math.exp(x)', 'e to the x.'], ['math.floor(x)', 'Rounded down.'], ['math.fmod(x, y)', 'What is left of a division.'], ['math.mod(x, y)', 'The old name of fmod.'],
  ['math.frexp(x)', 'Mantissa and exponent.'], ['math.huge', 'Infinity.'], ['math.ldexp(m, e)', 'm · 2^e.'], ['math.log(x, base?)', 'Logarithm, natural where no base is given.'], ['math.log10(x)', 'Logarithm to base 10.'],
  ['math.max(x, ...)', 'The largest.'], ['math.min(x, ...)', 'The smallest.'], ['math.modf(x)', 'Whole part and fraction.'], ['math.pi', 'π.'], ['math.pow(x, y)', 'x to the y.'], ['math.rad(x)', 'Degrees in radians.'],
  ['math.random(from?, to?)', 'By chance: from 0 to 1, or a whole number of the range.'], ['math.randomseed(x)', 'Where chance begins.'], ['math.sin(x)', 'Sine.'], ['math.sinh(x)', 'Hyperbolic sine.'], ['math.sqrt(x)', 'Square root.'], ['math.tan(x)', 'Tangent.'], ['math.tanh(x)', 'Hyperbolic tangent.'],
  ['os.clock()', 'Seconds of processor time.'], ['os.date(format?, time?)', 'A time as text, or with `"*t"` as a table.'], ['os.difftime(a, b?)', 'Seconds between two times.'], ['os.time(table?)', 'Now, or the time of a table: seconds since the epoch.'], ['os.getenv(name)', 'A variable of the environment.'],
  ['os.execute(command?)', 'Starts a program. Chisels start none here.'], ['os.exit(code?, close?)', 'Ends the program.'], ['os.remove(name)', 'Removes a file. Chisels have no files here.'], ['os.rename(old, new)', 'Renames a file. Chisels have no files here.'], ['os.tmpname()', 'A name for a file.'], ['os.setlocale(locale?, category?)', 'Sets the language.'],
  ['io.write(...)', 'Writes without a line end.'], ['io.read(...)', 'Reads what is typed.'], ['io.open(name, mode?)', 'Opens a file, where the chisel is granted a folder.'], ['io.flush()', 'Writes what is still kept back.'], ['io.close(file?)', 'Closes a file.'], ['io.lines(name?)', 'For loops over lines.'],
  ['io.input(file?)', 'Where read reads.'], ['io.output(file?)', 'Where write writes.'], ['io.popen(command, mode?)', 'Starts a program. Chisels start none here.'], ['io.tmpfile()', 'A file for now.'], ['io.type(object)', 'Whether it is an open file.'], ['io.stdin', 'Standard input.'], ['io.stdout', 'Standard output.'], ['io.stderr', 'Standard error.'],
  ['coroutine.create(f)', 'A new coroutine.'], ['coroutine.resume(co, ...)', 'Goes on with it.'], ['coroutine.running()', 'The one that runs.'], ['coroutine.status(co)', '`running`, `suspended`, `normal` or `dead`.'], ['coroutine.wrap(f)', 'A new coroutine as a function.'], ['coroutine.yield(...)', 'Waits to be gone on with.'], ['coroutine.isyieldable()', 'LuaJIT: whether it may wait.'],
  ['debug.traceback(a?, message?, level?)', 'The stack as text.'], ['debug.getinfo(a, what?, more?)', 'What is known of a function.'], ['debug.getlocal(a, b, c?)', 'A local by its number.'], ['debug.sethook(...)', 'Sets a hook.'], ['debug.gethook(thread?)', 'The hook.'], ['debug.getmetatable(object)', 'The metatable, also a protected one.'], ['debug.setmetatable(object, table)', 'Sets the metatable of anything.'],
  ['debug.getregistry()', 'The registry.'], ['debug.getupvalue(f, n)', 'An upvalue by its number.'], ['debug.setupvalue(f, n, value)', 'Sets an upvalue.'], ['debug.setlocal(a, b, c, d?)', 'Sets a local.'], ['debug.getfenv(object)', 'The environment of an object.'], ['debug.setfenv(object, table)', 'Sets it.'], ['debug.debug()', 'Asks for commands.'], ['debug.upvalueid(f, n)', 'What tells upvalues apart.'], ['debug.upvaluejoin(f, n, g, m)', 'Has two functions share an upvalue.'],
  ['package.path', 'Where require looks.'], ['package.cpath', 'Where require looks for libraries.'], ['package.loaded', 'What is loaded.'], ['package.preload', 'What require takes first.'], ['package.loaders', 'How require looks.'], ['package.searchers', 'How require looks.'], ['package.config', 'Separators of paths.'], ['package.loadlib(name, f)', 'Loads a library. Not here.'], ['package.seeall(module)', 'Lets a module see the globals.'], ['package.searchpath(name, path, a?, b?)', 'Looks for a file.'],
  ['bit.band(x, ...)', 'Bits that all have.'], ['bit.bor(x, ...)', 'Bits that any has.'], ['bit.bxor(x, ...)', 'Bits that differ.'], ['bit.bnot(x)', 'All bits turned over.'], ['bit.lshift(x, n)', 'Shifted left.'], ['bit.rshift(x, n)', 'Shifted right.'], ['bit.arshift(x, n)', 'Shifted right with its sign.'], ['bit.rol(x, n)', 'Rotated left.'], ['bit.ror(x, n)', 'Rotated right.'], ['bit.bswap(x)', 'Bytes turned round.'], ['bit.tobit(x)', 'As 32 bits with a sign.'], ['bit.tohex(x, n?)', 'As hexadecimal digits.'],
];

function parse([text, doc]: readonly [string, string]): LibraryEntry {
  const open = text.indexOf('(');
  if (open < 0) return { name: text, parameters: undefined, doc };
  const list = text.slice(open + 1, -1);
  return { name: text.slice(0, open), doc, parameters: list === '' ? [] : list.split(', ').map((p) => ({ name: p.replace(/\?$/, ''), optional: p.endsWith('?') || p === '...' })) };
}

export const LIBRARY: readonly LibraryEntry[] = ROWS.map(parse);
const BY_NAME: ReadonlyMap<string, LibraryEntry> = new Map(LIBRARY.map((e) => [e.name, e]));
export function libraryEntry(name: string): LibraryEntry | undefined { return BY_NAME.get(name); }
/** `string`, `table`, … */
export const LIBRARY_MODULES: readonly string[] = [...new Set(LIBRARY.filter((e) => e.name.includes('.')).map((e) => e.name.split('.')[0] ?? ''))];
/** Globals of LuaJIT that no text says anything of. */
const OTHER_GLOBALS = ['ffi', 'jit'];
export const LUA_GLOBALS: ReadonlySet<string> = new Set([...LIBRARY.filter((e) => !e.name.includes('.')).map((e) => e.name), ...LIBRARY_MODULES, ...OTHER_GLOBALS]);

export function librarySignature(e: LibraryEntry): string {
  return e.parameters === undefined ? e.name : `${e.name}(${e.parameters.map((p) => p.optional && p.name !== '...' ? `${p.name}?` : p.name).join(', ')})`;
}

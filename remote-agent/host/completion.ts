// Completions for shells: options, their arguments, chisels, fields behind % and in filters, operators. `porthole completion bash` prints the script; the script
// asks `porthole completion words KIND` for what cannot be known when it is printed.
import { HOST_KINDS } from '../../driver/schema/index.ts';
import { OPERATORS } from './completionWords.ts';
import { COMMANDS, OPTIONS, type OptionRow } from './options.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const spellings = (o: OptionRow): string[] => [o.short === '' ? '' : `-${o.short}`, o.long === '' ? '' : `--${o.long}`].filter((n) => n !== '');
const needsWord = (o: OptionRow): boolean => o.argument !== undefined && o.optional !== true;
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const offered = OPTIONS.filter((o) => o.group !== 'foreign');
const pattern = (test: (o: OptionRow) => boolean): string => OPTIONS.filter((o) => needsWord(o) && test(o)).flatMap(spellings).join('|');

/** What the options take: patterns of a shell's `case`, and what to offer. */
function arguments_(): { readonly files: string; readonly formats: string; readonly chisels: string; readonly choices: readonly (readonly [string, readonly string[]])[]; readonly others: string } {
  return {
    files: pattern((o) => o.takes === 'file'), formats: pattern((o) => o.takes === 'format'), chisels: pattern((o) => o.takes === 'chisel'),
    choices: OPTIONS.flatMap((o): [string, readonly string[]][] => Array.isArray(o.takes) ? [[spellings(o).join('|'), o.takes as readonly string[]]] : []),
    others: pattern((o) => o.takes === undefined),
  };
}

/** An option of one of the command's other first words. `commas`: some of these words, with commas between. */
interface SubOption { readonly names: readonly string[]; readonly help: string; readonly argument?: string; readonly takes?: 'file' | { readonly commas: readonly string[] } }
interface SubCommand { readonly word: string; readonly options: readonly SubOption[]; /** A filter follows. */ readonly filter?: boolean }
const JSON_OPTION: SubOption = { names: ['-j', '--json'], help: 'as JSON' }, HELP_OPTION: SubOption = { names: ['-h', '--help'], help: 'say how it is used' };
/** Other first words that have options of their own, as their `parseArgs` take them. */
export const SUBCOMMANDS: readonly SubCommand[] = [
  {
    word: 'inflight', filter: true, options: [
      { names: ['-r', '--readfile'], help: 'of the capture FILE, at its end', argument: 'FILE', takes: 'file' }, { names: ['--longer'], help: 'only those that have waited for so many milliseconds', argument: 'MS' },
      { names: ['-n', '--rows'], help: 'at most so many', argument: 'ROWS' }, JSON_OPTION, HELP_OPTION,
    ],
  },
  { word: 'counters', options: [{ names: ['--only'], help: 'some kinds only, with commas between', argument: 'KINDS', takes: { commas: ['calls', ...HOST_KINDS] } }, JSON_OPTION, HELP_OPTION] },
  { word: 'rings', options: [JSON_OPTION, HELP_OPTION] },
  { word: 'doctor', options: [{ names: ['--no-load'], help: 'look only, load nothing' }, JSON_OPTION, HELP_OPTION] },
];
const SUB_WORDS = SUBCOMMANDS.map(({ word }) => word);

/** For bash: what is offered behind another first word; what is left is a filter's. */
function bashSub({ word, options, filter }: SubCommand): string {
  const names = (list: readonly SubOption[]): string => list.flatMap((o) => o.names).join('|');
  const files = names(options.filter((o) => o.takes === 'file')), plain = names(options.filter((o) => o.argument !== undefined && o.takes === undefined));
  const lists = options.flatMap((o) => (typeof o.takes === 'object' ? [`        ${o.names.join('|')}) compopt -o nospace 2>/dev/null; COMPREPLY=(\$(compgen -P "\${cur%"\${cur##*,}"}" -W ${quoted(o.takes.commas.join(' '))} -- "\${cur##*,}")); return ;;`] : []));
  return `    ${word})
      case \$prev in
${[files === '' ? '' : `        ${files}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "\$cur"); return ;;`, plain === '' ? '' : `        ${plain}) return ;;`, ...lists].filter((line) => line !== '').join('\n')}
      esac
      ${filter === true ? '[[ \$cur == -* ]] && {' : '{'} COMPREPLY=(\$(compgen -W ${quoted(options.flatMap((o) => o.names).join(' '))} -- "\$cur")); return; } ;;`.replace(/\n\n/g, '\n');
}

function bash(): string {
  const { files, formats, chisels, choices, others } = arguments_();
  return `# Completions of porthole for bash: source <(porthole completion bash)
_porthole() {
  local cur prev words_ i at
  # Words are cut at = and : by bash; what stands between blanks is what counts here.
  cur=\${COMP_LINE:0:COMP_POINT}
  if [[ \$cur == *[[:space:]] ]]; then prev=\${cur%"\${cur##*[![:space:]]}"}; prev=\${prev##*[[:space:]]}; cur=
  else prev=\${cur%[[:space:]]*}; prev=\${prev%"\${prev##*[![:space:]]}"}; prev=\${prev##*[[:space:]]}; cur=\${cur##*[[:space:]]}; fi
  COMPREPLY=()
  (( COMP_CWORD > 1 )) && case \${COMP_WORDS[1]} in
${SUBCOMMANDS.map(bashSub).join('\n')}
  esac
  case \$prev in
    ${files}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "\$cur"); return ;;
    ${formats}) words_=format ;;
    ${chisels}) words_=chisels ;;
${choices.map(([names, words]) => `    ${names}) COMPREPLY=(\$(compgen -W ${quoted(words.join(' '))} -- "\$cur")); return ;;`).join('\n')}
    ${others}) return ;;
    completion) COMPREPLY=(\$(compgen -W ${quoted(SHELLS.join(' '))} -- "\$cur")); return ;;
  esac
  local start=
  case \$words_ in
    format)
      # Behind the last % of a format.
      local quote=\${cur:0:1}; [[ \$quote == [\\"\\'] ]] || quote=
      start=\${cur%"\${cur##*%}"}; [[ \$cur == *%* ]] || start=\$quote%
      COMPREPLY=(\$(compgen -P "\$start" -W "\$("\${COMP_WORDS[0]}" completion words print 2>/dev/null)" -- "\${cur##*%}")); compopt -o nospace 2>/dev/null ;;
    chisels) COMPREPLY=(\$(compgen -W "\$("\${COMP_WORDS[0]}" completion words chisels 2>/dev/null)" -- "\$cur")) ;;
    *) case \$cur in
      -*) COMPREPLY=(\$(compgen -W ${quoted(offered.flatMap(spellings).join(' '))} -- "\$cur")) ;;
      *)
        local fields; fields="\$("\${COMP_WORDS[0]}" completion words filter 2>/dev/null)"
        at=\${cur##*[\\"\\'\\(]}; start=\${cur%"\$at"}
        if [[ " \$(echo \$fields) " == *" \$prev "* && \$prev == *.* ]]; then COMPREPLY=(\$(compgen -W ${quoted(OPERATORS.join(' '))} -- "\$cur"))
        else COMPREPLY=(\$(compgen -P "\$start" -W "\$fields not and or${COMMANDS.map((c) => ` ${c.words.split(' ')[0] ?? ''}`).join('')}" -- "\$at")); compopt -o nospace 2>/dev/null; fi ;;
    esac ;;
  esac
  # What bash takes for the current word begins behind the last = or :.
  for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do
    local cut=\${cur%"\${cur##*[=:]}"}
    [[ \$COMP_WORDBREAKS == *[=:]* ]] && COMPREPLY[i]=\${COMPREPLY[i]#"\$cut"}
  done
}
complete -F _porthole porthole
`;
}

/** For zsh's _arguments, where : [ ] have a meaning. */
const zshText = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");

function zshSub({ word, options, filter }: SubCommand): string {
  const takes = (o: SubOption): string => o.argument === undefined ? '' : `:${zshText(o.argument)}:${o.takes === 'file' ? '_files' : typeof o.takes === 'object' ? `_sequence compadd - ${o.takes.commas.join(' ')}` : ''}`;
  const specs = options.flatMap((o) => o.names.map((name) => `'${name}${o.argument === undefined ? '' : name.startsWith('--') ? '=' : '+'}[${zshText(o.help)}]${takes(o)}'`));
  return `    ${word}) (( CURRENT > 2 )) && { shift words; (( CURRENT-- )); _arguments -s ${[...specs, ...(filter === true ? ["'*:filter:_porthole_filter'"] : [])].join(' ')}; return } ;;`;
}

function zsh(): string {
  const action = (o: OptionRow): string => o.takes === 'file' ? '_files' : o.takes === 'format' ? '_porthole_format' : o.takes === 'chisel' ? '_porthole_chisels' : Array.isArray(o.takes) ? `(${o.takes.join(' ')})` : '';
  const spec = (o: OptionRow): string => spellings(o).map((name) => {
    const takes = o.argument === undefined || o.longOnly === true ? '' : o.optional === true ? `::${zshText(o.argument)}:` : `:${zshText(o.argument)}:${action(o)}`;
    const glue = takes === '' ? '' : name.startsWith('--') ? '=' : o.optional === true ? '-' : '+';
    return `    '*${name}${glue}[${zshText(o.help)}]${takes}'`;
  }).join(' \\\n');
  return `#compdef porthole
# Completions of porthole for zsh: source <(porthole completion zsh)
_porthole_format() { local -a fields; fields=(\${(f)"\$(_call_program fields \${(q)words[1]} completion words print)"}); compset -P '*%'; compadd -S '' -a fields }
_porthole_chisels() { local -a chisels; chisels=(\${(f)"\$(_call_program chisels \${(q)words[1]} completion words chisels)"}); compadd -a chisels }
_porthole_filter() {
  local -a fields; fields=(\${(f)"\$(_call_program fields \${(q)words[1]} completion words filter)"})
  if (( \${fields[(Ie)\${words[CURRENT-1]}]} )); then compadd -- ${OPERATORS.map(quoted).join(' ')}
  else compset -P '*[("]'; compadd -S '' -a fields; compadd -- and or not${COMMANDS.map((c) => ` ${c.words.split(' ')[0] ?? ''}`).join('')}; fi
}
_porthole() {
  if [[ \${words[2]} == completion ]]; then compadd -- ${SHELLS.join(' ')}; return; fi
  case \${words[2]} in
${SUBCOMMANDS.map(zshSub).join('\n')}
  esac
  _arguments -s \\
${offered.map(spec).join(' \\\n')} \\
    '*:filter:_porthole_filter'
}
if [[ \${funcstack[1]} == _porthole ]]; then _porthole "\$@"; else compdef _porthole porthole; fi
`;
}

function fish(): string {
  const line = (o: OptionRow): string => {
    const words = ['complete -c porthole', `-n 'not __fish_seen_subcommand_from ${SUB_WORDS.join(' ')}'`, ...(o.short === '' ? [] : [`-s ${o.short}`]), ...(o.long === '' ? [] : [`-l ${o.long}`])];
    if (needsWord(o)) words.push(o.takes === 'file' ? '-r -F' : o.takes === 'format' ? "-x -a '(__porthole_format)'" : o.takes === 'chisel' ? "-x -a '(porthole completion words chisels)'" : Array.isArray(o.takes) ? `-x -a ${quoted(o.takes.join(' '))}` : '-x');
    return [...words, `-d ${quoted(o.help)}`].join(' ');
  };
  const sub = (word: string, o: SubOption): string => [
    `complete -c porthole -n '__fish_seen_subcommand_from ${word}'`, ...o.names.map((name) => name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`),
    ...(o.argument === undefined ? [] : [o.takes === 'file' ? '-r -F' : typeof o.takes === 'object' ? `-x -a '(__fish_append , ${o.takes.commas.join(' ')})'` : '-x']), `-d ${quoted(o.help)}`,
  ].join(' ');
  return `# Completions of porthole for fish: porthole completion fish | source
function __porthole_format
  set -l head (string replace -r '[^%]*$' '' -- (commandline -ct))
  test -z "\$head"; and set head '%'
  for field in (porthole completion words print); echo "\$head\$field"; end
end
function __porthole_filter
  set -l before (commandline -opc)[-1]
  if contains -- \$before (porthole completion words filter); printf '%s\\n' ${OPERATORS.map(quoted).join(' ')}; return; end
  porthole completion words filter
  printf '%s\\n' and or not
end
complete -c porthole -f
complete -c porthole -n 'not __fish_seen_subcommand_from completion ${SUBCOMMANDS.filter((one) => one.filter !== true).map(({ word }) => word).join(' ')}' -a '(__porthole_filter)'
${COMMANDS.map((c) => `complete -c porthole -n __fish_is_first_arg -a ${c.words.split(' ')[0] ?? ''} -d ${quoted(c.help)}`).join('\n')}
complete -c porthole -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(' ')}'
${SUBCOMMANDS.flatMap(({ word, options }) => options.map((o) => sub(word, o))).join('\n')}
${offered.map(line).join('\n')}
`;
}

/** The script for a shell. */
export function completionScript(shell: Shell): string { return { bash, zsh, fish }[shell](); }

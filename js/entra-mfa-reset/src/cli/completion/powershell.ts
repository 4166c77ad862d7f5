import { COMMAND_NAMES, info } from "../commands.js";
import { COMPLETED, type Completed, PROGRAM } from "./words.js";

/** For PowerShell from 5.0 on. */
export function powershell(): string {
  const commands = COMMAND_NAMES.map((name) => `        ${quoted(name)} = ${quoted(info(name).summary)}`);
  const operands = COMMAND_NAMES.flatMap((name) => {
    const words = info(name).operands;
    return words === undefined ? [] : [`        ${quoted(name)} = ${array(words)}`];
  });
  return `# PowerShell completion for ${PROGRAM}
Register-ArgumentCompleter -Native -CommandName ${quoted(PROGRAM)} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commands = [ordered]@{
${commands.join("\n")}
    }
    $operands = @{
${operands.join("\n")}
    }
    $flags = @(
${COMPLETED.flatMap(entries).join("\n")}
    )

    # The line up to the cursor: the word under it may hold commas and an equals sign.
    $line = $commandAst.Extent.Text
    $length = $cursorPosition - $commandAst.Extent.StartOffset
    if ($length -lt $line.Length) { $line = $line.Substring(0, $length) }
    $isNew = $length -gt $line.Length -or $line -match '\\s$'
    $words = @($line.Trim() -split '\\s+' | Select-Object -Skip 1)
    $current = ''
    if (-not $isNew -and $words.Count -gt 0) {
        $current = $words[-1]
        $words = @($words | Select-Object -SkipLast 1)
    }
    $command = $words | Where-Object { $commands.Contains($_) } | Select-Object -First 1
    $before = if ($words.Count -gt 0) { $words[-1] } else { '' }
    $known = @($flags | Where-Object { -not $command -or $_.In -contains $command })

    $head = ''
    $flag = $null
    if ($current -match '^(--[\\w-]+)=(.*)$') {
        $name = $Matches[1]
        $head = "$name="
        $current = $Matches[2]
        $flag = $known | Where-Object { $_.Name -eq $name } | Select-Object -First 1
    } else {
        $flag = $known | Where-Object { $_.Name -eq $before -and $_.Takes } | Select-Object -First 1
    }

    $found = if ($flag) {
        if ($flag.IsPath) { return }
        if ($flag.IsList -and $current -match '^(.*,)([^,]*)$') {
            # What is replaced is the word, which may be the last of the list alone.
            if ($wordToComplete -like '*,*') { $head += $Matches[1] }
            $current = $Matches[2]
        }
        $flag.Words | ForEach-Object { @{ Name = $_; About = $_ } }
    } elseif (-not $command) {
        $commands.GetEnumerator() | ForEach-Object { @{ Name = $_.Key; About = $_.Value } }
    } elseif ($current -like '-*') {
        $known
    } else {
        $operands[$command] | Where-Object { $_ } | ForEach-Object { @{ Name = $_; About = $_ } }
    }
    $found | Where-Object { $_.Name -like "$current*" } | ForEach-Object {
        $text = $head + $_.Name
        [System.Management.Automation.CompletionResult]::new($text, $_.Name, 'ParameterValue', $_.About)
    }
}
`;
}

function entries({ spellings, brief, name, values, words = [], optional, commands }: Completed): string[] {
  return spellings.map((spelling) => {
    const about = spelling.startsWith("--no-") && spelling !== `--${name}` ? `the opposite of --${name}` : brief;
    const takes = values !== "none" && optional === undefined;
    const parts = [`Name = ${quoted(spelling)}`, `About = ${quoted(about)}`, `Takes = ${bool(takes)}`, `IsPath = ${bool(values === "path")}`, `IsList = ${bool(values === "list")}`, `Words = ${array(words)}`, `In = ${array(commands)}`];
    return `        @{ ${parts.join("; ")} }`;
  });
}

function bool(value: boolean): string {
  return value ? "$true" : "$false";
}

function array(words: readonly string[]): string {
  return `@(${words.map(quoted).join(", ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

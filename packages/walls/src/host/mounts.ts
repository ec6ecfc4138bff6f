// SPDX-License-Identifier: Apache-2.0

/** One line of `/proc/self/mounts`. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Reads `/proc/self/mounts`. Lines of another shape are left out: the kernel writes none. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [source, target, type, options] = line.split(" ");
    if (source === undefined || target === undefined || type === undefined || options === undefined)
      return [];
    return [{ source: unescape(source), target: unescape(target), type, options: options.split(",") }];
  });
}

/** The kernel writes blank, tab, newline and backslash as three octal digits. */
function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

// SPDX-License-Identifier: Apache-2.0
import { errorRegister } from "./errors.ts";

interface Row {
  readonly message: string;
  readonly status: number;
  readonly remedy: string;
}

/** docs/errors.md, from the register. */
export function errorPage(): string {
  const rows: [string, Row][] = Object.entries(errorRegister);
  const sections = rows.map(
    ([code, { message, status, remedy }]) =>
      `## ${code}\n\n- message: ${span(message)}\n- status: ${status}\n- remedy: ${remedy}\n`,
  );
  return `${head}\n${sections.join("\n")}`;
}

/** A code span; its fence is longer than any backtick inside. */
function span(text: string): string {
  return text.includes("`") ? `\`\`${text}\`\`` : `\`${text}\``;
}

const head = `# Errors

Every error that Cordon makes is a \`CordonError\` with one of these codes in \`code\`. \`status\` is the HTTP status
with which it leaves through the API, as problem+json. \`details\` has the facts as fields: \`scope\`, \`resource\`,
\`grant\`, \`path\`, \`step\`, \`errno\`, \`limit\`, \`value\`, \`peak\`, \`at\`, \`remedy\`; nobody has to parse the message. Inside a cell a refusal is Node's
own \`ERR_ACCESS_DENIED\`, with \`permission\` and \`resource\`, and the grant that would help.

This page is made from \`packages/policy/src/errors.ts\` by \`node packages/policy/test/published.ts\`.
`;

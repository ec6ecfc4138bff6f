// SPDX-License-Identifier: Apache-2.0
import { acceptableNames, acceptTable } from "./accept.ts";
import { limitNames, limitSchemas, limitTable } from "./limits.ts";
import { systemSpellings } from "./name-values.ts";
import { allScopes, scopeTable, valueKeys } from "./scopes.ts";
import type { Scope } from "./types.ts";
import { maxRules, maxValueLength } from "./values.ts";

const text = { type: "string", minLength: 1, maxLength: maxValueLength };
const reason = { description: "Why the rule is there; decides nothing.", ...text };
const hash = {
  description: "The SHA-256 hash of the file, in hexadecimal; another file is refused before the start.",
  type: "string",
  pattern: "^[0-9a-fA-F]{64}$",
};
const optional = {
  description: "Whether what does not exist is skipped; otherwise it is an error.",
  type: "boolean",
};

function itemOf(scope: Scope): object {
  const { kind, pinned, examples } = scopeTable[scope];
  if (kind === "switch") return text;
  const key = valueKeys[kind];
  const isFile = kind === "path" || kind === "run";
  const spelling = scope === "sys" ? { enum: [...systemSpellings, "*"] } : text;
  return {
    anyOf: [
      spelling,
      {
        type: "object",
        properties: {
          [key]: { description: `What the rule is for, such as ${examples[0]}`, ...spelling },
          ...(isFile ? { optional } : {}),
          ...(pinned ? { sha256: hash } : {}),
          reason,
        },
        required: [key],
        additionalProperties: false,
      },
    ],
  };
}

function schemaOf(scope: Scope): object {
  const { kind, description, examples } = scopeTable[scope];
  if (kind === "switch") {
    const explained = {
      type: "object",
      properties: { reason },
      required: ["reason"],
      additionalProperties: false,
    };
    return { description, anyOf: [{ const: true }, explained] };
  }
  return { description, type: "array", items: itemOf(scope), maxItems: maxRules, examples: [examples] };
}

/**
 * The JSON Schema of cordon.json, from the same tables as the parser. Published as cordon.schema.json.
 * The grammar inside a value (hosts, ports) is the parser's alone.
 */
export function toJSONSchema(): object {
  const grants = {
    type: "object",
    properties: Object.fromEntries(allScopes().map((scope) => [scope, schemaOf(scope)])),
    additionalProperties: false,
  };
  const limits = limitNames.map((name) => {
    const { kind, description, example } = limitTable[name];
    const examples = [/^[0-9.]+$/.test(example) ? Number(example) : example];
    return [name, { description, ...limitSchemas[kind], examples }];
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Cordon policy",
    type: "object",
    properties: {
      $schema: { description: "Where an editor finds this schema.", type: "string" },
      extends: { description: "A policy file that this one adds to; the path starts at this file.", ...text },
      allow: { description: "What is granted. The most specific rule wins.", $ref: "#/$defs/grants" },
      deny: { description: "What is refused. Deny wins a tie.", $ref: "#/$defs/grants" },
      integrity: {
        description: "Files by their hashes, checked before the program starts; directories end in /.",
        type: "object",
        additionalProperties: {
          anyOf: [{ const: "listed" }, { type: "string", pattern: "^sha(256|384|512)-[A-Za-z0-9+/]+=*$" }],
        },
        examples: [
          { "./main.js": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "./lib/": "listed" },
        ],
      },
      builtins: {
        description: "Built-in modules that the program may not load.",
        type: "object",
        properties: {
          deny: {
            description: "Their names, with or without node:; what is below one is denied with it.",
            type: "array",
            items: text,
            maxItems: maxRules,
          },
        },
        additionalProperties: false,
        examples: [{ deny: ["child_process"] }],
      },
      accept: {
        description:
          "Of what less than all is enough where a host cannot hold all of it; otherwise it is refused.",
        type: "array",
        maxItems: acceptableNames.length,
        items: {
          anyOf: acceptableNames.map((name) => ({ description: acceptTable[name], const: name })),
        },
      },
      limits: {
        description: "How much a cell may use. Of several files the smallest holds.",
        type: "object",
        properties: Object.fromEntries(limits),
        additionalProperties: false,
      },
    },
    additionalProperties: false,
    $defs: { grants },
  };
}

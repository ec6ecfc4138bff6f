// SPDX-License-Identifier: Apache-2.0
// A nameserver that answers real packets over UDP and TCP from a zone of the test's.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

export type RecordType = "A" | "AAAA" | "CNAME" | "TXT" | "MX" | "SRV" | "NS" | "PTR";

/** One record; `data` as its type writes it: `10 mail.example` for MX, `1 2 443 host.example` for SRV. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly data: string;
  readonly ttl?: number;
}

export interface Question {
  readonly name: string;
  /** As it was written, capitals and all. */
  readonly written: string;
  readonly type: number;
  readonly over: "udp" | "tcp";
  /** The whole message that asked. */
  readonly message: Buffer;
}

/** What to answer. `undefined`: nothing at all; a code: no records; a buffer: these bytes behind the id. */
export type Answer = readonly ZoneRecord[] | { readonly code: number } | Buffer | undefined;

export interface NameServer {
  readonly port: number;
  readonly questions: Question[];
  close(): void;
}

const NUMBERS: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
};
const PLAIN_DATAGRAM = 512;

/** A name on the wire, not compressed. */
function wireName(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}

function wireSix(text: string): Buffer {
  const mapped = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const hex = (high: string | undefined, low: string | undefined): string =>
    ((Number(high) << 8) | Number(low)).toString(16);
  const full =
    mapped === null ? text : `${mapped[1]}${hex(mapped[2], mapped[3])}:${hex(mapped[4], mapped[5])}`;
  const [head = "", tail] = full.split("::");
  const groups = (part: string): string[] => part.split(":").filter((group) => group !== "");
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const middle = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return Buffer.from([...first, ...middle, ...last].map((group) => group.padStart(4, "0")).join(""), "hex");
}

const two = (number: number): Buffer => Buffer.from([number >> 8, number & 255]);

function wireData({ type, data }: ZoneRecord): Buffer {
  const [first = "", second = "", third = "", fourth = ""] = data.split(" ");
  switch (type) {
    case "A":
      return Buffer.from(data.split(".").map(Number));
    case "AAAA":
      return wireSix(data);
    case "TXT": {
      const parts = data.match(/.{1,255}/gs) ?? [""];
      return Buffer.concat(
        parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)])),
      );
    }
    case "MX":
      return Buffer.concat([two(Number(first)), wireName(second)]);
    case "SRV":
      return Buffer.concat([two(Number(first)), two(Number(second)), two(Number(third)), wireName(fourth)]);
    case "CNAME":
    case "NS":
    case "PTR":
      return wireName(data);
  }
}

/** A record on the wire. */
function wireRecord(record: ZoneRecord): Buffer {
  const data = wireData(record);
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(record.ttl ?? 60);
  return Buffer.concat([
    wireName(record.name),
    two(NUMBERS[record.type]),
    two(1),
    ttl,
    two(data.length),
    data,
  ]);
}

function readQuestion(message: Buffer, over: Question["over"]): { question: Question; wire: Buffer } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const written = labels.join(".");
  const type = message.readUInt16BE(at + 1);
  const question: Question = { name: written.toLowerCase(), written, type, over, message };
  return { question, wire: message.subarray(12, at + 5) };
}

function reply(
  message: Buffer,
  over: Question["over"],
  { question, wire }: ReturnType<typeof readQuestion>,
  answer: Answer,
): Buffer | undefined {
  if (answer === undefined) return undefined;
  const id = message.subarray(0, 2);
  if (Buffer.isBuffer(answer)) return Buffer.concat([id, answer]);
  const code = "code" in answer ? answer.code : 0;
  const records = "code" in answer ? [] : answer;
  const message_ = (count: number, truncated: boolean): Buffer =>
    Buffer.concat([
      id,
      Buffer.from([0x81 | (truncated ? 2 : 0), 0x80 | code]),
      two(1),
      two(count),
      two(0),
      two(0),
      wire,
    ]);
  const whole = Buffer.concat([
    message_(records.length, false),
    ...records.map((record) => wireRecord(record)),
  ]);
  const room = message.readUInt16BE(10) > 0 ? message.readUInt16BE(message.length - 8) : PLAIN_DATAGRAM;
  if (over === "udp" && whole.length > room) return message_(0, true);
  return question.type >= 0 ? whole : undefined;
}

/**
 * Starts a nameserver on one port of UDP and TCP.
 *
 * @param answer what it knows; it is asked once for each packet
 */
export async function startNameServer(
  answer: (question: Question) => Answer,
  address = "127.0.0.1",
): Promise<NameServer> {
  const questions: Question[] = [];
  const respond = (message: Buffer, over: Question["over"]): Buffer | undefined => {
    const read = readQuestion(message, over);
    questions.push(read.question);
    return reply(message, over, read, answer(read.question));
  };
  const stream = createServer((socket) => {
    let waiting = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      waiting = Buffer.concat([waiting, data]);
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0);
        const response = respond(waiting.subarray(2, end), "tcp");
        waiting = waiting.subarray(end);
        if (response !== undefined) socket.write(Buffer.concat([two(response.length), response]));
      }
    });
  });
  stream.listen(0, address);
  await once(stream, "listening");
  const { port } = stream.address() as AddressInfo;
  const datagrams = createSocket(address.includes(":") ? "udp6" : "udp4");
  datagrams.on("message", (message, peer) => {
    const response = respond(message, "udp");
    if (response !== undefined) datagrams.send(response, peer.port, peer.address);
  });
  datagrams.bind(port, address);
  await once(datagrams, "listening");
  return {
    port,
    questions,
    close: () => {
      stream.close();
      datagrams.close();
    },
  };
}

/** A zone that holds these records, follows its own aliases, and knows nothing else. */
export function zoneOf(records: readonly ZoneRecord[]): (question: Question) => Answer {
  return ({ name, type }) => {
    const found: ZoneRecord[] = [];
    let at = name;
    for (let steps = 0; steps < 8; steps++) {
      const here = records.filter((record) => record.name === at);
      found.push(...here.filter((record) => NUMBERS[record.type] === type || type === 255));
      const alias = here.find((record) => record.type === "CNAME");
      if (alias === undefined || type === 5 || type === 255) break;
      found.push(alias);
      at = alias.data;
    }
    const isKnown = records.some((record) => record.name === name);
    return isKnown ? found : { code: 3 };
  };
}

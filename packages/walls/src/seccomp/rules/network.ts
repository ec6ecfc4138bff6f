// SPDX-License-Identifier: Apache-2.0
import { allow, notify, refuse, type SeccompAction } from "../action.ts";
import type { SeccompOptions } from "../options.ts";
import type { RuleEntry } from "./rule.ts";
import { always, anyBit, is, isBut, notNull, rule, when } from "./rule.ts";

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_FLAGS = 0x80800; // SOCK_CLOEXEC | SOCK_NONBLOCK
const MSG_FASTOPEN = 0x20000000;

const SOL_IP = 0;
const SOL_SOCKET = 1;
const SOL_TCP = 6;
const SOL_IPV6 = 41;

type Options = readonly (readonly [level: number, options: readonly number[]])[];

// By level, what Node's net and dgram, libuv and Go set. Not: SO_ATTACH_*FILTER and _BPF, SO_BINDTODEVICE, SO_ZEROCOPY;
// TCP_FASTOPEN*, TCP_ULP, TCP_REPAIR, TCP_CONGESTION; multicast memberships, which send to the network.
const SOCKET_OPTIONS: Options = [
  // REUSEADDR, BROADCAST, SNDBUF, RCVBUF, KEEPALIVE, LINGER, REUSEPORT, RCVTIMEO, SNDTIMEO (old and new)
  [SOL_SOCKET, [2, 6, 7, 8, 9, 13, 15, 20, 21, 66, 67]],
  // NODELAY, CORK, KEEPIDLE, KEEPINTVL, KEEPCNT, DEFER_ACCEPT, QUICKACK, USER_TIMEOUT
  [SOL_TCP, [1, 3, 4, 5, 6, 9, 12, 18]],
  // TOS, TTL, PKTINFO, MTU_DISCOVER, RECVERR, BIND_ADDRESS_NO_PORT, MULTICAST_IF, _TTL, _LOOP
  [SOL_IP, [1, 2, 8, 10, 11, 24, 32, 33, 34]],
  // UNICAST_HOPS, MULTICAST_IF, _HOPS, _LOOP, MTU_DISCOVER, RECVERR, V6ONLY, RECVPKTINFO, TCLASS
  [SOL_IPV6, [16, 17, 18, 19, 23, 25, 26, 49, 67]],
];

// What is set on connections all the time: KEEPALIVE; NODELAY, CORK, KEEPIDLE, KEEPINTVL, KEEPCNT, QUICKACK. Each time that
// another is set the broker hears of it, and looks for those alone that were: to look for all would cost a new connection
// more than anything else that it does (jail/src/network/socket_view.c).
const UNSEEN_OPTIONS: Options = [
  [SOL_SOCKET, [9]],
  [SOL_TCP, [1, 3, 4, 5, 6, 12]],
];

// Read only: TYPE, ERROR, PEERCRED, ACCEPTCONN, PROTOCOL, DOMAIN; TCP_MAXSEG, TCP_INFO; IP_MTU, IPV6_MTU.
// Not SO_PEERPIDFD (a handle for signals) and TCP_ZEROCOPY_RECEIVE (maps memory).
const READ_ONLY_OPTIONS: Options = [
  [SOL_SOCKET, [3, 4, 17, 30, 38, 39]],
  [SOL_TCP, [2, 11]],
  [SOL_IP, [14]],
  [SOL_IPV6, [24]],
];

const levelNames = new Map([
  [SOL_SOCKET, "SOL_SOCKET"],
  [SOL_TCP, "TCP"],
  [SOL_IP, "IP"],
  [SOL_IPV6, "IPv6"],
]);

const optionsOf = (levels: Options, action: SeccompAction, text: string) =>
  levels.map(([level, options]) =>
    when([is(1, level), is(2, ...options)], action, `for ${levelNames.get(level)} options ${text}`),
  );

// As for an option that this kernel doesn't have: callers go on.
const otherOptions = [
  refuse("ENOPROTOOPT"),
  "packet filters, Fast Open, kernel TLS, multicast, devices",
] as const;

const fastOpen = (flags: 2 | 3) =>
  when([anyBit(flags, MSG_FASTOPEN)], refuse("EOPNOTSUPP"), "with Fast Open, which connects as it sends");

/** System calls on sockets. */
export function networkRules({ children, unixSockets }: SeccompOptions): readonly RuleEntry[] {
  const onlyInternet = "only TCP and UDP over IPv4 and IPv6";
  const internet = is(0, AF_INET, AF_INET6);
  const types = isBut(1, SOCK_FLAGS, SOCK_STREAM, SOCK_DGRAM);
  return [
    [
      "accept accept4 getsockname getpeername recvfrom recvmsg recvmmsg shutdown",
      always(allow, "sockets that exist"),
    ],
    [
      "socket",
      rule(
        [
          when([internet, types, is(2, 0, 6, 17)], allow, "for TCP and UDP"),
          when([internet, types], refuse("EPROTONOSUPPORT"), "for MPTCP, SCTP and other protocols"),
          when([internet], refuse("EACCES"), "for raw sockets"),
          unixSockets
            ? when([is(0, AF_UNIX), isBut(1, SOCK_FLAGS, SOCK_STREAM), is(2, 0)], allow, "for unix streams")
            : when([is(0, AF_UNIX)], refuse("EACCES"), "for unix sockets without the grant `net.unix`"),
          // A datagram socket can be aimed anew with each datagram; Node makes none.
          when(
            [is(0, AF_UNIX, AF_NETLINK)],
            refuse("EACCES"),
            "for netlink, and unix sockets other than streams",
          ),
        ],
        refuse("EAFNOSUPPORT"),
        onlyInternet,
      ),
    ],
    [
      "socketpair",
      children
        ? rule(
            // Only streams: a datagram socket of a pair can still send to any other address.
            [
              when(
                [is(0, AF_UNIX), isBut(1, SOCK_FLAGS, SOCK_STREAM), is(2, 0)],
                allow,
                "for a pair of streams",
              ),
            ],
            refuse("EACCES"),
            "pipes to a child",
          )
        : always(refuse("EACCES"), "pipes to a child need the grant `run`"),
    ],
    ["connect bind listen", always(notify, "where a socket leads")],
    [
      "sendto",
      rule([fastOpen(3), when([notNull(4)], notify, "with an address")], allow, "a socket that is connected"),
    ],
    ["sendmsg", rule([fastOpen(2)], notify, "may carry an address or descriptors")],
    ["sendmmsg", rule([fastOpen(3)], notify, "may carry addresses or descriptors")],
    [
      "setsockopt",
      rule(
        [
          ...optionsOf(UNSEEN_OPTIONS, allow, "that connections have"),
          ...optionsOf(SOCKET_OPTIONS, notify, "in use, which the broker carries over"),
        ],
        ...otherOptions,
      ),
    ],
    [
      "getsockopt",
      rule(
        [...optionsOf(SOCKET_OPTIONS, allow, "in use"), ...optionsOf(READ_ONLY_OPTIONS, allow, "to read")],
        ...otherOptions,
      ),
    ],
  ];
}

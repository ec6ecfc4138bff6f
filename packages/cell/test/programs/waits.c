// SPDX-License-Identifier: Apache-2.0
// waits HANGING DEAF: what ends a blocking call that waits, on ports of 127.0.0.1: one whose queue is full, so that a connect
// to it hangs, and one that takes connections and never reads. Prints a line for whatever is not as it is without walls.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int hanging, deaf;

static void expect(bool holds, const char *what, const char *where) {
  if (!holds) printf("%s: %s (%s)\n", where, what, strerror(errno));
}

static int joins(int fd, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return connect(fd, (struct sockaddr *)&to, sizeof to);
}

static int stream(void) { return socket(AF_INET, SOCK_STREAM, 0); }

static volatile sig_atomic_t came;
static volatile pthread_t took;
static void on_signal(int number) {
  (void)number;
  came++, took = pthread_self();
}

static void handles(int number, int flags) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
  sigaction(number, &action, NULL);
  came = 0;
}

// Again and again: on a busy machine the first may come before the call does.
static void alarm_every(unsigned milliseconds) {
  struct timeval span = {milliseconds / 1000, milliseconds % 1000 * 1000};
  setitimer(ITIMER_REAL, &(struct itimerval){span, span}, NULL);
}

static void pause_ms(long milliseconds) {
  struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (nanosleep(&left, &left) < 0) {}
}

static void time_out(int fd) {
  struct timeval most = {0, 200000};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
}

// The connection goes on without the call: signal(7), connect(2).
static void ends_by_handler(void) {
  handles(SIGALRM, 0);
  alarm_every(100);
  int fd = stream();
  expect(joins(fd, hanging) < 0 && errno == EINTR && came, "not EINTR", "a connect and a handler");
  expect(send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EAGAIN, "not under way", "a connect and a handler");
  expect(joins(fd, hanging) < 0 && errno == EINTR, "not EINTR", "the same connect again");
  alarm_every(0);
  close(fd);
}

// The handler runs while the call waits, and the call goes on: the next signal's has no SA_RESTART.
static void begins_again(void) {
  handles(SIGUSR1, SA_RESTART);
  handles(SIGALRM, 0);
  const pid_t self = getpid(), child = fork();
  if (child == 0) {
    pause_ms(100);
    kill(self, SIGUSR1);
    _exit(0);
  }
  alarm_every(400);
  int fd = stream();
  expect(joins(fd, hanging) < 0 && errno == EINTR && came >= 2, "not begun again", "a connect and SA_RESTART");
  alarm_every(0);
  waitpid(child, NULL, 0);
  close(fd);
}

static void ends_by_time(void) {
  int fd = stream();
  time_out(fd);
  expect(joins(fd, hanging) < 0 && errno == EINPROGRESS, "not EINPROGRESS", "a connect and SO_SNDTIMEO");
  expect(joins(fd, hanging) < 0 && errno == EALREADY, "not EALREADY", "the same connect again");
  handles(SIGALRM, SA_RESTART);
  alarm_every(50);
  expect(joins(fd, hanging) < 0 && errno == EINTR, "not EINTR", "a connect with a time-out is not begun again");
  alarm_every(0);
  close(fd);
}

static pid_t child_that_connects(void) {
  pid_t child = fork();
  if (child == 0) _exit(joins(stream(), hanging) < 0 ? errno : 0);
  pause_ms(100);
  return child;
}

static void ends_with_its_process(int number) {
  int status = 0;
  pid_t child = child_that_connects();
  kill(child, number);
  expect(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == number, "not ended", strsignal(number));
}

static void stops_and_goes_on(void) {
  int status = 0;
  pid_t child = child_that_connects();
  kill(child, SIGSTOP);
  expect(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status), "not stopped", "a connect and SIGSTOP");
  kill(child, SIGCONT);
  pause_ms(100);
  expect(waitpid(child, &status, WNOHANG) == 0, "ended", "a connect and SIGCONT");
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

struct waiter {
  int fd, result, cause;
};
static void *wait_there(void *given) {
  struct waiter *waiter = given;
  waiter->result = joins(waiter->fd, hanging);
  waiter->cause = errno;
  return NULL;
}

// Which of them is to have a signal decides who is interrupted.
static void among_threads(void) {
  struct waiter waiter = {.fd = stream()};
  pthread_t thread;
  handles(SIGUSR1, 0);
  pthread_create(&thread, NULL, wait_there, &waiter);
  pause_ms(100);
  kill(getpid(), SIGUSR1);
  pause_ms(100);
  expect(came == 1 && pthread_equal(took, pthread_self()) && pthread_tryjoin_np(thread, NULL) == EBUSY, "interrupted by another's", "one thread of two");
  do {
    pthread_kill(thread, SIGUSR1);
    pause_ms(50);
  } while (pthread_tryjoin_np(thread, NULL) == EBUSY);
  expect(came >= 2 && waiter.result < 0 && waiter.cause == EINTR, "not EINTR", "one thread of two");
  // The descriptor is the connection that waits, so what another thread does to it ends that.
  waiter.result = 0;
  pthread_create(&thread, NULL, wait_there, &waiter);
  do {
    pause_ms(100);
    shutdown(waiter.fd, SHUT_RDWR);
  } while (pthread_tryjoin_np(thread, NULL) == EBUSY);
  errno = waiter.cause;
  expect(waiter.result < 0 && waiter.cause == ECONNRESET, "not ECONNRESET", "a connect that is shut down");
  close(waiter.fd);
}

// A message that finds no room, because nobody reads.
static void sends_wait(void) {
  static char much[60000];
  struct iovec part = {much, sizeof much};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  int fd = stream();
  expect(joins(fd, deaf) == 0, "connect", "to send");
  while (sendmsg(fd, &message, MSG_DONTWAIT) > 0) {}
  pause_ms(300); // what is under way arrives
  while (sendmsg(fd, &message, MSG_DONTWAIT) > 0) {}
  handles(SIGALRM, 0);
  alarm_every(100);
  expect(sendmsg(fd, &message, 0) < 0 && errno == EINTR && came, "not EINTR", "a send and a handler");
  alarm_every(0);
  time_out(fd);
  expect(sendmsg(fd, &message, 0) < 0 && errno == EAGAIN, "not EAGAIN", "a send and SO_SNDTIMEO");
  close(fd);
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  setvbuf(stdout, NULL, _IONBF, 0);
  hanging = atoi(arguments[1]), deaf = atoi(arguments[2]);
  ends_by_handler();
  begins_again();
  ends_by_time();
  ends_with_its_process(SIGTERM);
  ends_with_its_process(SIGQUIT);
  stops_and_goes_on();
  among_threads();
  sends_wait();
  printf("done\n");
  return 0;
}

/*
 * A preloaded shim that shifts the wall clock of one service, live, and leaves the host's clock alone.
 *
 *   LD_PRELOAD=…/skew.so FAULTLINE_CLOCK_FILE=/clocks/postgres postgres
 *
 * The file holds one line of text, `<offset> [<rate> <since>]`, in decimal:
 *   offset  signed nanoseconds added to CLOCK_REALTIME
 *   rate    signed nanoseconds gained in each second since `since`, an instant of CLOCK_MONOTONIC in nanoseconds
 *           (the monotonic clock is the host's in every container)
 * No file, or no FAULTLINE_CLOCK_FILE: no shift. An empty or unended line (a write in progress): what the process read before.
 * The file may be written in place or replaced by rename; the next reading of the clock at most REFRESH_NS after that sees it.
 * Reading it costs three system calls, at most once in REFRESH_NS, by one thread.
 *
 * Shifted: clock_gettime (REALTIME, REALTIME_COARSE, TAI), gettimeofday, time, timespec_get; deadlines on the realtime clock
 * (sem_timedwait, clock_nanosleep) are shifted back. Monotonic clocks, timers, sleeps and time-outs are untouched.
 * Not shifted: programs that do not call libc (Go), file times, pthread_cond_timedwait on a realtime condition.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define REFRESH_NS INT64_C(5000000)

typedef int clock_gettime_fn(clockid_t, struct timespec *);
typedef int clock_nanosleep_fn(clockid_t, int, const struct timespec *, struct timespec *);
typedef int sem_timedwait_fn(sem_t *restrict, const struct timespec *restrict);

static clock_gettime_fn *real_gettime;
static clock_nanosleep_fn *real_nanosleep;
static sem_timedwait_fn *real_timedwait;
/* A copy: programs that set their title (Redis, PostgreSQL) write over the environment that getenv points into. */
static char path[4096];

struct setting { int64_t offset, rate, since; };

/* The setting in force is the slot of `current`; a new one is written to the other slot first, so a reader never waits. */
static struct setting slots[2];
static _Atomic uint32_t current;
static _Atomic int64_t next_look;
static _Atomic int looking;

/* Until the constructor ran (an allocator may ask for the time before) the plain system call, unshifted. */
static int now_of(clockid_t clock, struct timespec *at) {
  return real_gettime ? real_gettime(clock, at) : (int)syscall(SYS_clock_gettime, clock, at);
}

static int64_t nanoseconds(const struct timespec *at) { return (int64_t)at->tv_sec * SECOND + at->tv_nsec; }

static void add(struct timespec *at, int64_t by) {
  int64_t rest = at->tv_nsec + by % SECOND;
  at->tv_sec += by / SECOND;
  if (rest < 0) rest += SECOND, at->tv_sec--;
  if (rest >= SECOND) rest -= SECOND, at->tv_sec++;
  at->tv_nsec = rest;
}

/* A decimal number at *text, which moves behind it; 0 when there is none. Safe in a signal handler, unlike strtoll. */
static int number(const char **text, int64_t *value) {
  const char *p = *text;
  while (*p == ' ') p++;
  int negative = *p == '-';
  if (*p == '-' || *p == '+') p++;
  if (*p < '0' || *p > '9') return 0;
  uint64_t sum = 0;
  while (*p >= '0' && *p <= '9') sum = sum * 10 + (uint64_t)(*p++ - '0');
  *value = negative ? -(int64_t)sum : (int64_t)sum;
  *text = p;
  return 1;
}

static void set(int64_t offset, int64_t rate, int64_t since) {
  uint32_t other = !atomic_load(&current);
  slots[other] = (struct setting){offset, rate, since};
  atomic_store(&current, other);
}

static void look(void) {
  int before = errno;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) set(0, 0, 0);
  } else {
    char line[96];
    ssize_t length = pread(file, line, sizeof line - 1, 0);
    close(file);
    line[length > 0 ? length : 0] = 0;
    const char *rest = line;
    int64_t offset, rate = 0, since = 0;
    /* Whole lines only: without its end it is still being written. */
    if (length > 0 && line[length - 1] == '\n' && number(&rest, &offset)) {
      if (!number(&rest, &rate) || !number(&rest, &since)) rate = since = 0;
      set(offset, rate, since);
    }
  }
  errno = before;
}

static int64_t shift(void) {
  if (!path[0] || !real_gettime) return 0;
  struct timespec at;
  real_gettime(CLOCK_MONOTONIC_COARSE, &at);
  int64_t now = nanoseconds(&at);
  if (now >= atomic_load_explicit(&next_look, memory_order_relaxed) && !atomic_exchange(&looking, 1)) {
    atomic_store(&next_look, now + REFRESH_NS);
    look();
    atomic_store(&looking, 0);
  }
  struct setting in_force = slots[atomic_load(&current)];
  if (in_force.rate == 0) return in_force.offset;
  real_gettime(CLOCK_MONOTONIC, &at);
  return in_force.offset + (int64_t)((__int128)(nanoseconds(&at) - in_force.since) * in_force.rate / SECOND);
}

/* A child of fork inherits a look that its parent's other thread had begun, and nobody would end it. */
static void forked(void) {
  atomic_store(&looking, 0);
  atomic_store(&next_look, 0);
}

extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *);

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("FAULTLINE_CLOCK_FILE");
  if (file && strlen(file) < sizeof path) strcpy(path, file);
  real_nanosleep = (clock_nanosleep_fn *)dlsym(RTLD_NEXT, "clock_nanosleep");
  real_timedwait = (sem_timedwait_fn *)dlsym(RTLD_NEXT, "sem_timedwait");
  __register_atfork(0, 0, forked, 0);
  real_gettime = (clock_gettime_fn *)dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  int result = now_of(clock, at);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI)) add(at, shift());
  return result;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
  struct timespec at;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &at) != 0) return -1;
  value->tv_sec = at.tv_sec, value->tv_usec = at.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *value) {
  struct timespec at;
  if (clock_gettime(CLOCK_REALTIME_COARSE, &at) != 0) return (time_t)-1;
  if (value) *value = at.tv_sec;
  return at.tv_sec;
}

int timespec_get(struct timespec *at, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, at) == 0 ? base : 0;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
  if (!real_timedwait) return errno = ENOSYS, -1;
  struct timespec real = *deadline;
  add(&real, -shift());
  return real_timedwait(semaphore, &real);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left) {
  if (!real_nanosleep) return (int)-syscall(SYS_clock_nanosleep, clock, flags, wanted, left);
  if (clock != CLOCK_REALTIME || !(flags & TIMER_ABSTIME)) return real_nanosleep(clock, flags, wanted, left);
  struct timespec real = *wanted;
  add(&real, -shift());
  return real_nanosleep(clock, flags, &real, left);
}

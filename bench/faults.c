/* Makes the n-th change of a file under a folder fail, for `bench.breaking`; loaded with LD_PRELOAD.

   Counted are what reaches the disk: write, sync, truncate, rename, mkdir. A full disk stays full: the n-th write is
   cut in half, and from then on nothing is written. Any other error comes once. With SIGKILL the process ends there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[PATH_MAX];
static long nth = 0, counted = 0;
long faults_struck = 0;
static int failure = 0;
enum { KILL = -1 };

void faults_arm(const char *under, long number, int error) {
    snprintf(folder, sizeof folder, "%s", under);
    nth = number, failure = error, counted = 0;
    if (number) faults_struck = 0;
}


static int inside(const char *path) { return folder[0] && !strncmp(path, folder, strlen(folder)); }

static int inside_fd(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return inside(path);
}

/* 0: go on; 1: fail; 2: do the half of it. */
static int strikes(int matters, int cut) {
    if (!matters) return 0;
    long number = __sync_add_and_fetch(&counted, 1);
    if (!nth || number < nth || (number > nth && failure != ENOSPC)) return 0;
    faults_struck++;
    if (failure == KILL) kill(getpid(), SIGKILL);
    if (number == nth && cut && failure == ENOSPC) return 2;
    errno = failure;
    return 1;
}

#define REAL(type, name) static type (*real)() = 0; if (!real) real = dlsym(RTLD_NEXT, name)
#define WRITE(name, second, ...)                                                      \
    ssize_t name(int fd, const void *data, size_t size second) {                      \
        REAL(ssize_t, #name);                                                         \
        int how = strikes(inside_fd(fd), size > 1);                                   \
        return how == 1 ? -1 : real(fd, data, how == 2 ? size / 2 : size __VA_ARGS__); \
    }
#define COMMA ,
WRITE(write, , )
WRITE(pwrite, COMMA off_t at, COMMA at)
WRITE(pwrite64, COMMA off64_t at, COMMA at)

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev");
    int how = strikes(inside_fd(fd), count > 1);
    return how == 1 ? -1 : real(fd, parts, how == 2 ? count / 2 : count);
}

ssize_t sendfile(int out, int in, off_t *at, size_t size) {
    REAL(ssize_t, "sendfile");
    return strikes(inside_fd(out), 0) ? -1 : real(out, in, at, size);
}

ssize_t sendfile64(int out, int in, off64_t *at, size_t size) {
    REAL(ssize_t, "sendfile64");
    return strikes(inside_fd(out), 0) ? -1 : real(out, in, at, size);
}

#define BY_FD(name)                                     \
    int name(int fd) {                                  \
        REAL(int, #name);                               \
        return strikes(inside_fd(fd), 0) ? -1 : real(fd); \
    }
BY_FD(fsync)
BY_FD(fdatasync)

int ftruncate(int fd, off_t size) {
    REAL(int, "ftruncate");
    return strikes(inside_fd(fd), 0) ? -1 : real(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    REAL(int, "ftruncate64");
    return strikes(inside_fd(fd), 0) ? -1 : real(fd, size);
}

int rename(const char *old, const char *new) {
    REAL(int, "rename");
    return strikes(inside(new), 0) ? -1 : real(old, new);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir");
    return strikes(inside(path), 0) ? -1 : real(path, mode);
}

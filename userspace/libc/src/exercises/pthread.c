// The places of the course's exercises. A solution replaces these; the numbers of its system calls are reserved in
// syscall-definitions.h.
#include "pthread.h"
#include "errno.h"

int pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) { return __not_implemented(); }
void pthread_exit(void*) { __not_implemented(); }
int pthread_join(pthread_t, void**) { return __not_implemented(); }
int pthread_detach(pthread_t) { return __not_implemented(); }
int pthread_cancel(pthread_t) { return __not_implemented(); }
int pthread_setcancelstate(int, int*) { return __not_implemented(); }
int pthread_setcanceltype(int, int*) { return __not_implemented(); }
pthread_t pthread_self(void) { return (pthread_t)__not_implemented(); }
int pthread_mutex_init(pthread_mutex_t*, const pthread_mutexattr_t*) { return __not_implemented(); }
int pthread_mutex_destroy(pthread_mutex_t*) { return __not_implemented(); }
int pthread_mutex_lock(pthread_mutex_t*) { return __not_implemented(); }
int pthread_mutex_trylock(pthread_mutex_t*) { return __not_implemented(); }
int pthread_mutex_unlock(pthread_mutex_t*) { return __not_implemented(); }
int pthread_cond_init(pthread_cond_t*, const pthread_condattr_t*) { return __not_implemented(); }
int pthread_cond_destroy(pthread_cond_t*) { return __not_implemented(); }
int pthread_cond_wait(pthread_cond_t*, pthread_mutex_t*) { return __not_implemented(); }
int pthread_cond_signal(pthread_cond_t*) { return __not_implemented(); }
int pthread_cond_broadcast(pthread_cond_t*) { return __not_implemented(); }
int pthread_spin_init(pthread_spinlock_t*, int) { return __not_implemented(); }
int pthread_spin_destroy(pthread_spinlock_t*) { return __not_implemented(); }
int pthread_spin_lock(pthread_spinlock_t*) { return __not_implemented(); }
int pthread_spin_trylock(pthread_spinlock_t*) { return __not_implemented(); }
int pthread_spin_unlock(pthread_spinlock_t*) { return __not_implemented(); }

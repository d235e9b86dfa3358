#include "sys/assert-failed.h"

#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : __assert_failed(#condition, __FILE__, __LINE__, __func__))
#endif

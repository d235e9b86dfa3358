// The C library, as far as it needs no kernel: formatting, scanning, strings, numbers, sorting, memory.
#include "check.h"
#include "ctype.h"
#include "errno.h"
#include "stdlib.h"
#include "string.h"

#define FORMATS(expected, ...)                                                                                         \
  do                                                                                                                   \
  {                                                                                                                    \
    char text[128];                                                                                                    \
    int length = snprintf(text, sizeof(text), __VA_ARGS__);                                                            \
    CHECK(strcmp(text, expected) == 0);                                                                                \
    CHECK(length == (int)strlen(expected));                                                                            \
    if (strcmp(text, expected) != 0)                                                                                   \
      printf("  got \"%s\", expected \"%s\"\n", text, expected);                                                       \
  } while (0)

static void testFormatting(void)
{
  FORMATS("plain 100%", "plain 100%%");
  FORMATS("-7|    -7|-7    |-00007", "%d|%6d|%-6d|%06d", -7, -7, -7, -7);
  FORMATS("+5| 5|00005|  005", "%+d|% d|%.5d|%5.3d", 5, 5, 5, 5);
  FORMATS("0||0", "%d|%.0d|%x", 0, 0, 0);
  FORMATS("-2147483648 4294967295", "%d %u", -2147483647 - 1, 4294967295u);
  FORMATS("-9223372036854775808", "%ld", -__LONG_MAX__ - 1);
  FORMATS("ff|FF|0xff|0000ff|17", "%x|%X|%#x|%06x|%o", 255, 255, 255, 255, 15);
  FORMATS("-1 255", "%hhd %hhu", (signed char)-1, (unsigned char)255);
  FORMATS("abc|  abc|abc  |ab", "%s|%5s|%-5s|%.2s", "abc", "abc", "abc", "abc");
  FORMATS("x|  y", "%c|%*c", 'x', 3, 'y');
  FORMATS("0x8000000", "%p", (void*)0x8000000);
  FORMATS("1.500000|-0.25|3|  2.0", "%f|%.2f|%.0f|%5.1f", 1.5, -0.25, 2.6, 2.0);
  FORMATS("1.00|0.05", "%.2f|%.2f", 0.999, 0.05);
  FORMATS("12345678901234", "%zu", (size_t)12345678901234);

  char small[4];
  CHECK(snprintf(small, sizeof(small), "%s", "longer") == 6);
  CHECK(strcmp(small, "lon") == 0);
}

static void testScanning(void)
{
  int number = 0;
  unsigned hex = 0;
  char word[16];
  char c = 0;
  CHECK(sscanf(" 42 text 0x1f z", "%d %15s %x %c", &number, word, &hex, &c) == 4);
  CHECK(number == 42 && hex == 0x1f && c == 'z' && strcmp(word, "text") == 0);
  CHECK(sscanf("12:34", "%d:%u", &number, &hex) == 2 && number == 12 && hex == 34);
  CHECK(sscanf("123456", "%3d%u", &number, &hex) == 2 && number == 123 && hex == 456);
  CHECK(sscanf("7 8", "%*d %d", &number) == 1 && number == 8);
  CHECK(sscanf("none", "%d", &number) == 0);
  CHECK(sscanf("", "%d", &number) == EOF);
  long large = 0;
  CHECK(sscanf("-9000000000", "%ld", &large) == 1 && large == -9000000000);
}

static void testNumbers(void)
{
  char* end;
  CHECK(atoi("  -17 apples") == -17);
  CHECK(strtol("0x7fz", &end, 0) == 127 && *end == 'z');
  CHECK(strtol("077", 0, 0) == 63);
  CHECK(strtol("zz", 0, 36) == 35 * 36 + 35);
  CHECK(strtol("nothing", &end, 10) == 0 && *end == 'n');
  errno = 0;
  CHECK(strtol("9223372036854775808", 0, 10) == __LONG_MAX__ && errno == ERANGE);
  errno = 0;
  CHECK(strtol("-9223372036854775808", 0, 10) == -__LONG_MAX__ - 1 && errno == 0);
  CHECK(strtoul("18446744073709551615", 0, 10) == ~0ul && errno == 0);
}

static void testStrings(void)
{
  char text[16] = "hello";
  CHECK(strlen(text) == 5 && strnlen(text, 3) == 3);
  CHECK(strcmp(strcat(text, " you"), "hello you") == 0);
  CHECK(strchr(text, 'y') == text + 6 && strchr(text, '\0') == text + 9 && !strchr(text, 'q'));
  CHECK(strrchr(text, 'o') == text + 7 && strstr(text, "lo y") == text + 3 && !strstr(text, "lou"));
  CHECK(strcmp("a", "b") < 0 && strcmp("b", "a") > 0 && strncmp("abc", "abd", 2) == 0);
  CHECK(strcmp("\xff", "a") > 0);
  CHECK(strlcpy(text, "0123456789abcdefgh", sizeof(text)) == 18 && strlen(text) == 15);
  CHECK(memcmp(memmove(text + 2, text, 5), "01234", 5) == 0);
  CHECK(memcmp(memmove(text, text + 2, 5), "01234", 5) == 0);
  CHECK(memchr("abc", 'c', 2) == 0);

  char list[] = ",one,,two,";
  char* rest;
  CHECK(strcmp(strtok_r(list, ",", &rest), "one") == 0);
  CHECK(strcmp(strtok_r(0, ",", &rest), "two") == 0);
  CHECK(strtok_r(0, ",", &rest) == 0);
  CHECK(isspace('\t') && !isspace('x') && isxdigit('F') && !isxdigit('g') && toupper('q') == 'Q');
}

static int compareInts(const void* left, const void* right)
{
  int a = *(const int*)left;
  int b = *(const int*)right;
  return (a > b) - (a < b);
}

static void testSorting(void)
{
  enum
  {
    COUNT = 500
  };
  static int numbers[COUNT];
  srand(4711);
  for (int i = 0; i < COUNT; ++i)
    numbers[i] = rand() % 200;
  qsort(numbers, COUNT, sizeof(int), compareInts);
  int ordered = 1;
  for (int i = 1; i < COUNT; ++i)
    ordered &= numbers[i - 1] <= numbers[i];
  CHECK(ordered);
  int key = numbers[COUNT / 3];
  int* found = bsearch(&key, numbers, COUNT, sizeof(int), compareInts);
  CHECK(found && *found == key);
  key = 1000;
  CHECK(!bsearch(&key, numbers, COUNT, sizeof(int), compareInts));
}

int main(void)
{
  testFormatting();
  testScanning();
  testNumbers();
  testStrings();
  testSorting();
  return CHECK_RESULT("libctest");
}

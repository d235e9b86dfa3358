// Multiplies two 100x100 matrices of small numbers and exits with the sum of the product's elements. A wrong sum means
// that something else changed this program's registers or memory while it ran.
#include "stdio.h"

#define SIZE 100
#define EXPECTED 1237619379

static int a[SIZE][SIZE];
static int b[SIZE][SIZE];
static int product[SIZE][SIZE];

static void fill(void)
{
  for (int row = 0; row < SIZE; ++row)
  {
    for (int column = 0; column < SIZE; ++column)
    {
      a[row][column] = (4 * row + 13 * column) % 63;
      b[row][column] = (7 * row + 9 * column) % 81;
    }
  }
}

static void multiply(void)
{
  for (int row = 0; row < SIZE; ++row)
  {
    for (int column = 0; column < SIZE; ++column)
    {
      int sum = 0;
      for (int i = 0; i < SIZE; ++i)
        sum += a[row][i] * b[i][column];
      product[row][column] = sum;
    }
  }
}

static int sumOfElements(void)
{
  int sum = 0;
  for (int row = 0; row < SIZE; ++row)
  {
    for (int column = 0; column < SIZE; ++column)
      sum += product[row][column];
  }
  return sum;
}

int main(void)
{
  fill();
  multiply();
  int sum = sumOfElements();
  printf("%s mult: the sum is %d\n", sum == EXPECTED ? "[PASS]" : "[FAIL]", sum);
  return sum;
}

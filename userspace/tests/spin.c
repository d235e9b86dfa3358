// Never ends by itself: for trying Ctrl-C, `&` and the scheduler.
int main(void)
{
  for (;;)
    __asm__ volatile("pause");
}

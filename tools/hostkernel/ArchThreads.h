#pragma once

class Thread;

extern Thread* currentThread;

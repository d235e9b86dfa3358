#pragma once

class FileSystemInfo;

/// Stand-in: on the developer's machine there are no kernel threads, and currentThread is null.
class Thread
{
public:
  FileSystemInfo* getWorkingDirInfo() const { return nullptr; }
};

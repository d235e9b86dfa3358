#include "Containers.h"
#include "Strings.h"
#include <thread>
#include <vector>

std::unique_ptr<Bitmap> new_bitmap(size_t bits)
{
  return std::make_unique<Bitmap>(bits);
}

std::unique_ptr<Ring> new_ring(size_t capacity)
{
  return std::make_unique<Ring>(capacity);
}

rust::Vec<uint32_t> ring_between_threads(size_t capacity, uint32_t elements)
{
  Ring ring(capacity);
  std::thread producer(
      [&]
      {
        for (uint32_t i = 0; i < elements;)
          ring.put(i) ? static_cast<void>(++i) : std::this_thread::yield();
      });
  rust::Vec<uint32_t> received;
  while (received.size() < elements)
  {
    uint32 element = 0;
    if (ring.get(element))
      received.push_back(element);
    else
      std::this_thread::yield();
  }
  producer.join();
  return received;
}

std::unique_ptr<Queue> new_queue(size_t capacity, bool overwrite)
{
  return std::make_unique<Queue>(capacity, overwrite ? FiFoFull::OVERWRITE_OLDEST : FiFoFull::DROP_NEW);
}

rust::Vec<uint32_t> queue_between_threads(size_t capacity, uint32_t producers, uint32_t elements_each)
{
  Queue queue(capacity, FiFoFull::BLOCK);
  std::vector<std::thread> threads;
  for (uint32_t p = 0; p < producers; ++p)
    threads.emplace_back(
        [&queue, p, elements_each]
        {
          for (uint32_t i = 0; i < elements_each; ++i)
            queue.put(p * elements_each + i);
        });
  rust::Vec<uint32_t> received;
  for (uint32_t i = 0; i < producers * elements_each; ++i)
    received.push_back(queue.get());
  for (auto& thread : threads)
    thread.join();
  return received;
}

std::unique_ptr<Numbers> new_numbers()
{
  return std::make_unique<Numbers>();
}

rust::Vec<int32_t> Numbers::contents() const
{
  rust::Vec<int32_t> result;
  for (int32_t value : list_)
    result.push_back(value);
  return result;
}

std::unique_ptr<Dictionary> new_dictionary()
{
  return std::make_unique<Dictionary>();
}

void Dictionary::set(rust::Str key, int32_t value)
{
  map_[toKernel(key)] = value;
}

bool Dictionary::insert(rust::Str key, int32_t value)
{
  return map_.insert({toKernel(key), value});
}

bool Dictionary::erase(rust::Str key)
{
  return map_.erase(toKernel(key)) == 1;
}

int32_t Dictionary::lookup(rust::Str key, int32_t missing) const
{
  auto entry = map_.find(toKernel(key));
  return entry == map_.end() ? missing : entry->second;
}

rust::Vec<rust::String> Dictionary::keys() const
{
  rust::Vec<rust::String> result;
  for (const auto& entry : map_)
    result.push_back(toRust(entry.first));
  return result;
}

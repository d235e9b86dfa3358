#pragma once

#include "types.h"
#include "uutility.h"

/**
 * Base of objects that live as long as somebody refers to them. The count is atomic; what happens when it reaches
 * zero is the class' own `dispose()`, which runs in the context of the last holder.
 */
class RefCounted
{
public:
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  void acquireReference() { __atomic_add_fetch(&references_, 1, __ATOMIC_RELAXED); }
  void releaseReference()
  {
    if (dropReference())
      dispose();
  }
  /// For classes that dispose of chains of objects in a loop: true if this was the last reference.
  bool dropReference() { return __atomic_sub_fetch(&references_, 1, __ATOMIC_ACQ_REL) == 0; }
  uint32 referenceCount() const { return __atomic_load_n(&references_, __ATOMIC_RELAXED); }

protected:
  RefCounted() = default;
  virtual ~RefCounted() = default;
  /// The last reference is gone.
  virtual void dispose() { delete this; }

private:
  uint32 references_ = 0;
};

/// Owning pointer to a RefCounted object, or null.
template <class T> class RefPtr
{
public:
  RefPtr() = default;
  RefPtr(decltype(nullptr)) {}
  explicit RefPtr(T* object) : object_(object) { acquire(); }
  RefPtr(const RefPtr& other) : object_(other.object_) { acquire(); }
  RefPtr(RefPtr&& other) : object_(other.object_) { other.object_ = nullptr; }
  ~RefPtr() { reset(); }

  RefPtr& operator=(RefPtr other)
  {
    ustl::swap(object_, other.object_);
    return *this;
  }

  void reset()
  {
    T* object = object_;
    object_ = nullptr;
    if (object)
      object->releaseReference();
  }

  /// Gives the reference to the caller, who has to release it.
  T* leak()
  {
    T* object = object_;
    object_ = nullptr;
    return object;
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool operator==(const RefPtr& other) const { return object_ == other.object_; }
  bool operator==(const T* other) const { return object_ == other; }

private:
  void acquire()
  {
    if (object_)
      object_->acquireReference();
  }

  T* object_ = nullptr;
};

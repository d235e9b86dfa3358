//! The parts of the kernel's core that know nothing of the CPU, as a library for tests: each C++ class sits in a small
//! "bench" that gives it the surroundings it has in the kernel. A failed `assert` of the kernel comes back as an error.

/// The benches (`cpp/`).
#[cxx::bridge]
pub mod ffi {
    /// A stretch of a program's memory, see the kernel's `ElfSegment`.
    struct Segment {
        /// Its first address.
        start: u64,
        /// The address behind it.
        end: u64,
        /// Where its content begins in the file.
        file_offset: u64,
        /// How much of it comes from the file.
        file_size: u64,
        /// May be written.
        writable: bool,
        /// May be executed.
        executable: bool,
    }

    /// What the kernel's `ElfImage` makes of a program file.
    struct Program {
        /// Its first instruction.
        entry: u64,
        /// Its memory.
        segments: Vec<Segment>,
    }

    unsafe extern "C++" {
        include!("kernel-core/cpp/ElfBench.h");
        /// Checks a program file for a user space that ends at `limit`.
        fn parse_program(file: &[u8], limit: u64) -> Result<Program>;

        include!("kernel-core/cpp/HeapBench.h");
        /// A `Heap` with a budget of pages.
        type HeapBench;
        /// A heap whose window has `window_pages` pages of which at most `budget_pages` can be committed.
        fn new_heap(window_pages: usize, budget_pages: usize) -> UniquePtr<HeapBench>;
        /// Address of the new memory, 0 when there is none. Filled with a pattern that `free` checks.
        fn allocate(self: Pin<&mut HeapBench>, size: usize, alignment: usize) -> Result<usize>;
        /// Frees; an error if the heap objects or the pattern was damaged.
        fn free(self: Pin<&mut HeapBench>, address: usize) -> Result<()>;
        /// Writes a byte anywhere in the window.
        fn poke(self: Pin<&mut HeapBench>, address: usize, value: u8);
        /// Checks every header and that no two free blocks are neighbours; returns the bytes in use.
        fn check(self: &HeapBench) -> Result<usize>;
        /// Bytes in use by the heap's own account.
        fn used_bytes(self: &HeapBench) -> usize;
        /// Pages committed at the moment.
        fn committed_pages(self: &HeapBench) -> usize;

        include!("kernel-core/cpp/LargeAllocationsBench.h");
        /// `LargeAllocations` with a budget of pages.
        type LargeAllocationsBench;
        /// None yet; they may have `budget_pages` in all.
        fn new_large_allocations(budget_pages: usize) -> UniquePtr<LargeAllocationsBench>;
        /// Address of the new memory, 0 when there is none.
        fn allocate(self: Pin<&mut LargeAllocationsBench>, size: usize) -> usize;
        /// Frees; false if nothing in use begins there.
        fn free(self: Pin<&mut LargeAllocationsBench>, address: usize) -> bool;
        /// Gives back what waits for the next of its size; false if nothing does.
        fn release_spare(self: Pin<&mut LargeAllocationsBench>) -> bool;
        /// The size of what begins at an address, 0 if nothing in use does.
        fn size_of(self: &LargeAllocationsBench, address: usize) -> usize;
        /// Bytes in use by its own account.
        fn used_bytes(self: &LargeAllocationsBench) -> usize;
        /// Bytes of what is shown to a visitor.
        fn visible_bytes(self: &LargeAllocationsBench) -> usize;
        /// Bytes that have pages; an error if the account differs.
        fn committed_bytes(self: &LargeAllocationsBench) -> Result<usize>;

        include!("kernel-core/cpp/FrameBitmapBench.h");
        /// The bitmap of physical memory.
        type FrameBitmapBench;
        /// A bitmap of `words` times 64 frames, all in use.
        fn new_frame_bitmap(words: usize) -> UniquePtr<FrameBitmapBench>;
        /// Marks frames as in use.
        fn mark_used(self: Pin<&mut FrameBitmapBench>, first: u64, count: usize);
        /// Marks frames as free, but never frame 0.
        fn mark_free(self: Pin<&mut FrameBitmapBench>, first: u64, count: usize);
        /// The lowest aligned run of free frames; 0 when there is none.
        fn find_free(self: Pin<&mut FrameBitmapBench>, count: usize) -> u64;
        /// Free frames.
        fn num_free(self: &FrameBitmapBench) -> usize;
        /// Whether a frame is in use.
        fn is_used(self: &FrameBitmapBench, frame: u64) -> bool;

        include!("kernel-core/cpp/ZeroedFramesBench.h");
        /// Physical memory with a map of what is zero, and what really is.
        type ZeroedFramesBench;
        /// `words` times 64 frames, all free but frame 0, none of them zero. `stock` frames shall be.
        fn new_zeroed_frames(words: usize, stock: usize) -> UniquePtr<ZeroedFramesBench>;
        /// Takes an aligned run, zeroes what the map says is not zero; its first frame, 0 when there is none. An error if a
        /// frame is dirty afterwards.
        fn take(self: Pin<&mut ZeroedFramesBench>, count: usize) -> Result<u64>;
        /// The frames are filled with something and freed.
        fn give_back(self: Pin<&mut ZeroedFramesBench>, first: u64, count: usize);
        /// Zeroes a frame ahead; which one, 0 when there is nothing to do.
        fn zero_ahead(self: Pin<&mut ZeroedFramesBench>) -> u64;
        /// Free frames that the map says are zero.
        fn num_zeroed(self: &ZeroedFramesBench) -> usize;
        /// Frames that had to be zeroed when they were taken.
        fn zeroed_late(self: &ZeroedFramesBench) -> usize;

        include!("kernel-core/cpp/PageTablesBench.h");
        /// Page tables in a small fake physical memory.
        type PageTablesBench;
        /// Tables that can have `budget` pages.
        fn new_page_tables(budget: usize) -> UniquePtr<PageTablesBench>;
        /// Maps a page; false if it is mapped already or there is no page for a table.
        fn map(self: Pin<&mut PageTablesBench>, page: u64, frame: u64) -> bool;
        /// Unmaps a page and frees the tables that became empty; the frame, 0 if it was not mapped.
        fn unmap(self: Pin<&mut PageTablesBench>, page: u64) -> u64;
        /// Enters a 2 MiB page by hand, as the boot code does.
        fn map_large(self: Pin<&mut PageTablesBench>, page: u64, frame: u64);
        /// Frame behind a page, 0 if it is not mapped.
        fn frame_of(self: &PageTablesBench, page: u64) -> u64;
        /// Size of the mapping, 0 if there is none.
        fn size_of(self: &PageTablesBench, page: u64) -> u64;
        /// Frees everything; the frames that were mapped, in order of their pages.
        fn destroy(self: Pin<&mut PageTablesBench>) -> Vec<u64>;
        /// Pages in use for tables.
        fn table_pages(self: &PageTablesBench) -> usize;

        include!("kernel-core/cpp/ThreadQueueBench.h");
        /// Two queues and a set of links, named by numbers.
        type ThreadQueueBench;
        /// `links` links, none of them queued.
        fn new_queues(links: usize) -> UniquePtr<ThreadQueueBench>;
        /// Appends to queue 0 or 1.
        fn push_back(self: Pin<&mut ThreadQueueBench>, queue: usize, link: usize);
        /// Prepends to queue 0 or 1.
        fn push_front(self: Pin<&mut ThreadQueueBench>, queue: usize, link: usize);
        /// Inserts `link` before `position`, which is queued.
        fn insert_before(self: Pin<&mut ThreadQueueBench>, position: usize, link: usize);
        /// Takes the first out; -1 if the queue is empty.
        fn pop_front(self: Pin<&mut ThreadQueueBench>, queue: usize) -> isize;
        /// Takes a link out of the queue it is in, if any.
        fn remove(self: Pin<&mut ThreadQueueBench>, link: usize);
        /// Whether a link is in a queue.
        fn is_linked(self: &ThreadQueueBench, link: usize) -> bool;
        /// A queue from front to back.
        fn contents(self: &ThreadQueueBench, queue: usize) -> Vec<usize>;
    }
}

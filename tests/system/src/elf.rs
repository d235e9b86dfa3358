//! ELF files with one piece of code in them, built header by header, so that any field can be made to lie.

use object::elf::{self, FileHeader32, FileHeader64, Ident, ProgramHeader32, ProgramHeader64};
use object::pod::{Pod, bytes_of, bytes_of_slice};
use object::{LittleEndian, U16, U32, U64};

pub use object::LittleEndian as LE;
pub use object::elf as constants;

/// Where the code begins in the file, behind all headers.
pub const CODE_OFFSET: u16 = 0x1000;

/// A file with 32-bit headers.
pub type Elf32 = Elf<FileHeader32<LittleEndian>, ProgramHeader32<LittleEndian>>;
/// A file with 64-bit headers.
pub type Elf64 = Elf<FileHeader64<LittleEndian>, ProgramHeader64<LittleEndian>>;

/// An ELF file: the header, the table of program headers behind it, and the code at [`CODE_OFFSET`].
#[derive(Clone)]
pub struct Elf<H, P> {
    /// The file's header.
    pub header: H,
    /// The program headers.
    pub programs: Vec<P>,
    /// What stands behind them.
    pub code: Vec<u8>,
}

impl<H: Pod, P: Pod> Elf<H, P> {
    /// The file.
    pub fn image(&self) -> Vec<u8> {
        let mut image = [bytes_of(&self.header), bytes_of_slice(&self.programs)].concat();
        assert!(image.len() <= CODE_OFFSET.into(), "no room for so many headers");
        image.resize(CODE_OFFSET.into(), 0);
        image.extend(&self.code);
        image
    }

    /// The first program header.
    pub fn program(&mut self) -> &mut P {
        &mut self.programs[0]
    }
}

/// Both classes have the same fields, in numbers of different sizes and in another order.
macro_rules! sound {
    ($elf:ty, $header:ident, $program:ident, $word:ty, $field:ident, $class:expr, $machine:expr) => {
        impl $elf {
            /// A sound file with one segment, the code at `address`, entered `entry` bytes behind its beginning.
            pub fn sound(address: $word, entry: $word, code: &[u8]) -> Self {
                let half = |value: u16| U16::new(LE, value);
                let word = |value: u32| U32::new(LE, value);
                let field = |value: $word| $field::new(LE, value);
                let header_size = size_of::<$header<LE>>() as u16;
                let header = $header {
                    e_ident: Ident {
                        magic: elf::ELFMAG,
                        class: $class,
                        data: elf::ELFDATA2LSB,
                        version: elf::EV_CURRENT,
                        os_abi: 0,
                        abi_version: 0,
                        padding: [0; 7],
                    },
                    e_type: half(elf::ET_EXEC),
                    e_machine: half($machine),
                    e_version: word(elf::EV_CURRENT.into()),
                    e_entry: field(address + entry),
                    e_phoff: field(header_size.into()),
                    e_shoff: field(0),
                    e_flags: word(0),
                    e_ehsize: half(header_size),
                    e_phentsize: half(size_of::<$program<LE>>() as u16),
                    e_phnum: half(1),
                    e_shentsize: half(0),
                    e_shnum: half(0),
                    e_shstrndx: half(0),
                };
                let program = $program {
                    p_type: word(elf::PT_LOAD),
                    p_flags: word(elf::PF_R | elf::PF_W | elf::PF_X),
                    p_offset: field(CODE_OFFSET.into()),
                    p_vaddr: field(address),
                    p_paddr: field(address),
                    p_filesz: field(code.len() as $word),
                    p_memsz: field(code.len() as $word),
                    p_align: field(0x1000),
                };
                Self {
                    header,
                    programs: vec![program],
                    code: code.to_vec(),
                }
            }

            /// The sound file after a change.
            pub fn changed(mut self, change: impl FnOnce(&mut Self)) -> Self {
                change(&mut self);
                self
            }
        }
    };
}

sound!(
    Elf32,
    FileHeader32,
    ProgramHeader32,
    u32,
    U32,
    elf::ELFCLASS32,
    elf::EM_386
);
sound!(
    Elf64,
    FileHeader64,
    ProgramHeader64,
    u64,
    U64,
    elf::ELFCLASS64,
    elf::EM_X86_64
);

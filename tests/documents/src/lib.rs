//! What stands in the documents and comments of this repository, word by word, and what there is to be named.

mod sources;
mod words;

pub use sources::Sources;
pub use words::{code_spans, comment, file_names, links, shell_lines};

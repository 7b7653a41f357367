//! Files that hold secrets: readable only by their owner from the first byte on, and never
//! overwritten.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Creates a file that only its owner can read and write. Fails if it exists.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

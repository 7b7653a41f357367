//! Files that hold a secret: the owner alone can read them from their first byte on, and none is
//! ever overwritten.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Makes a file that only its owner may read and write; fails where there is one already.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

//! Files that only their owner can read and write, from the first byte on.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

/// Creates a file for a secret. Fails if it exists.
pub fn create(path: &Path) -> io::Result<File> {
    private().create_new(true).open(path)
}

/// Creates a file that this process also reads. Fails if it exists.
pub fn create_readable(path: &Path) -> io::Result<File> {
    private().read(true).create_new(true).open(path)
}

/// Opens a file to write to, and creates it if there is none.
pub fn open(path: &Path) -> io::Result<File> {
    private().create(true).truncate(false).open(path)
}

/// Creates a folder, with those above it, if there is none.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(path)
}

/// Sets the access rights of a file or folder, where the system has such rights.
pub fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

//! The folder that keeps the launcher's data between runs: the database file and the generated
//! secrets.
//!
//! Invariants: only one process uses it at a time (it holds a lock file). The folder and its files
//! are accessible only by their owner; a folder that has other files too keeps its access rights.
//! The secrets, without which the data is useless, are never replaced.

use std::{
    fmt,
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::random::{Random, SystemRandom};

use crate::{private_file, template::Texts};

const LOCK: &str = "lock";
const DATABASE: &str = "dynamodb.sqlite";

/// A folder that this process has locked.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

#[derive(Debug)]
pub enum DataFolderError {
    /// It cannot be created, read or written.
    NotWritable { path: PathBuf, source: io::Error },
    /// Another launcher is using it.
    InUse(PathBuf),
    /// Its secrets are not valid JSON.
    Damaged(PathBuf),
}

impl DataFolder {
    /// Creates the folder if necessary, and locks it.
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        let not_writable = |source| DataFolderError::NotWritable { path: path.to_owned(), source };
        private_file::create_folder(path).map_err(not_writable)?;
        make_private(path).map_err(not_writable)?;
        let lock = private_file::open(&path.join(LOCK)).map_err(not_writable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(not_writable(source)),
        }
    }

    /// The file of the embedded database, which exists then: `SQLite` gives its other files the
    /// access rights of this one.
    pub fn database(&self) -> Result<PathBuf, DataFolderError> {
        let file = self.path.join(DATABASE);
        match private_file::open(&file) {
            Ok(_) => Ok(file),
            Err(source) => Err(DataFolderError::NotWritable { path: file, source }),
        }
    }

    /// The values of the secrets `ids`. Missing ones are generated and stored.
    pub fn secrets(&self, ids: &[String]) -> Result<Texts, DataFolderError> {
        let file = self.path.join("secrets.json");
        let mut secrets: Texts = match fs::read(&file) {
            Ok(text) => {
                serde_json::from_slice(&text).map_err(|_| DataFolderError::Damaged(file.clone()))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Texts::new(),
            Err(source) => return Err(DataFolderError::NotWritable { path: file, source }),
        };
        let known = secrets.len();
        for id in ids {
            secrets.entry(id.clone()).or_insert_with(generated_secret);
        }
        if secrets.len() > known {
            write_private(&file, &secrets)
                .map_err(|source| DataFolderError::NotWritable { path: file.clone(), source })?;
        }
        Ok(secrets)
    }
}

/// Takes the access rights of others away from a folder of an earlier version.
fn make_private(path: &Path) -> io::Result<()> {
    let mut has_others = false;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name == LOCK || name.starts_with("secrets.") || name.starts_with(DATABASE) {
            private_file::restrict(&entry.path(), 0o600)?;
        } else {
            has_others = true;
        }
    }
    if has_others { Ok(()) } else { private_file::restrict(path, 0o700) }
}

/// A secret of 384 bits, in characters that need no quoting.
pub(crate) fn generated_secret() -> String {
    let mut bytes = [0; 48];
    SystemRandom.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Writes a new file and renames it, so that a crash leaves the old secrets or the new ones.
fn write_private(file: &Path, secrets: &Texts) -> io::Result<()> {
    let fresh = file.with_extension("new");
    if fresh.exists() {
        fs::remove_file(&fresh)?;
    }
    let mut handle = private_file::create(&fresh)?;
    handle.write_all(serde_json::to_string_pretty(secrets)?.as_bytes())?;
    handle.sync_all()?;
    fs::rename(fresh, file)
}

impl fmt::Display for DataFolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWritable { path, source } => {
                write!(f, "cannot use the data folder: {}: {source}", path.display())
            }
            Self::InUse(path) => {
                write!(
                    f,
                    "another launcher is using the data folder {}; stop it, or use --data or \
                     --memory",
                    path.display()
                )
            }
            Self::Damaged(path) => {
                write!(f, "{} is damaged; delete the data folder to start over", path.display())
            }
        }
    }
}

impl std::error::Error for DataFolderError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_stored_privately_and_the_folder_is_locked() {
        let path = std::env::temp_dir().join(format!("satchel-data-{}", std::process::id()));
        let ids = ["A".to_owned(), "B".to_owned()];
        let folder = DataFolder::open(&path).unwrap();
        let first = folder.secrets(&ids[..1]).unwrap();
        let both = folder.secrets(&ids).unwrap();
        assert_eq!(first["A"], both["A"]);
        assert_ne!(both["A"], both["B"]);
        assert!(matches!(DataFolder::open(&path), Err(DataFolderError::InUse(_))));
        drop(folder);
        assert_eq!(DataFolder::open(&path).unwrap().secrets(&ids).unwrap(), both);
        fs::remove_dir_all(path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_and_its_files_are_accessible_only_by_their_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = std::env::temp_dir().join(format!("satchel-private-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("dynamodb.sqlite-wal"), "").unwrap();
        let loose = [(path.clone(), 0o755), (path.join("dynamodb.sqlite-wal"), 0o644)];
        for (path, mode) in loose {
            private_file::restrict(&path, mode).unwrap();
        }
        let folder = DataFolder::open(&path).unwrap();
        folder.secrets(&["A".to_owned()]).unwrap();
        folder.database().unwrap();
        assert_eq!(mode(&path), 0o700);
        let files = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
        let modes: Vec<u32> = files.map(|file| mode(&file)).collect();
        assert_eq!(modes, [0o600; 4]);
        drop(folder);

        fs::write(path.join("notes.txt"), "").unwrap();
        private_file::restrict(&path, 0o755).unwrap();
        drop(DataFolder::open(&path).unwrap());
        assert_eq!(mode(&path), 0o755, "a folder with other files keeps its rights");
        fs::remove_dir_all(path).unwrap();
    }
}

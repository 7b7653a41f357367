//! The folder that keeps the launcher's data between runs: the database file and the generated
//! secrets.
//!
//! Invariant: only one process uses it at a time (it holds a lock file). The secrets, without which
//! the data is useless, are readable only by their owner and are never replaced.

use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::random::{Random, SystemRandom};

use crate::{private_file, template::Texts};

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
        fs::create_dir_all(path).map_err(not_writable)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(not_writable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(not_writable(source)),
        }
    }

    /// The file of the embedded database.
    pub fn database(&self) -> PathBuf {
        self.path.join("dynamodb.sqlite")
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
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(path.join("secrets.json")).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        drop(folder);
        assert_eq!(DataFolder::open(&path).unwrap().secrets(&ids).unwrap(), both);
        fs::remove_dir_all(path).unwrap();
    }
}

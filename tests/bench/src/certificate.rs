//! The certificate of the canned engines, made by `openssl` for each run. It is its own root, which
//! the functions trust through `AWS_CA_BUNDLE`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// PEM files.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Not an authority, since rustls takes none for a server's own certificate.
const REQUEST: &str = "\
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = bench
[extensions]
basicConstraints = critical,CA:FALSE
subjectAltName = IP:127.0.0.1
extendedKeyUsage = serverAuth
";

impl Certificate {
    /// Writes both files to `folder`.
    pub fn make(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let request = folder.join("certificate.cnf");
        fs::write(&request, REQUEST)?;
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        command.args(["-noenc", "-days", "2", "-config"]).arg(&request);
        command.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
        let output = command.output().context("cannot run openssl")?;
        let problem = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "openssl failed: {problem}");
        Ok(Self { certificate, key })
    }
}

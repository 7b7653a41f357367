//! Builds what is measured, as it is deployed: with cargo-lambda, each package in its own folder,
//! so that the features of others are not added.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::DeflateDecoder;
use toml::{Table, Value};

use crate::workspace;

pub const BARE: &str = "bare";
pub const FLOOR: &str = "floor";

/// One that was built.
#[derive(Debug, Clone)]
pub struct Binary {
    pub name: String,
    pub zip_bytes: u64,
    /// The unzipped program.
    pub path: PathBuf,
}

/// Builds what functions are compared with, and `functions`; with `built`, only those that are not
/// there yet.
pub fn build(compared: &[&str], functions: &[String], built: bool) -> Result<Vec<Binary>> {
    let functions: Vec<_> = functions.iter().map(String::as_str).collect();
    for name in &functions {
        if !built || !zip(name).is_file() {
            cargo_lambda(name, &function(name))?;
        }
    }
    for name in compared {
        let folder = match *name {
            BARE => bare_package()?,
            name => workspace::root().join("tests/bench").join(name),
        };
        cargo_lambda(name, &folder)?;
    }
    compared.iter().chain(&functions).map(|name| unzip(name)).collect()
}

/// Builds the functions with the names of what they hold, in the order of the compiler; with
/// `built`, only those that are not there yet.
pub fn build_with_symbols(functions: &[String], built: bool) -> Result<BTreeMap<String, Binary>> {
    let folder = workspace::results().join("symbols");
    let mut binaries = BTreeMap::new();
    for name in functions {
        let path = folder.join(name).join("bootstrap");
        if !built || !path.is_file() {
            let mut command = lambda_build(name, &function(name), &folder)?;
            // Callgrind finds no names in the sections that the order makes.
            command.env("CARGO_PROFILE_RELEASE_STRIP", "none").env("LINK_ORDER", "none");
            run(&mut command).with_context(|| format!("cannot build {name}"))?;
        }
        binaries.insert(name.clone(), Binary { name: name.clone(), zip_bytes: 0, path });
    }
    Ok(binaries)
}

/// Builds some functions, by name; with `built`, only what is not there yet.
pub fn build_functions(names: &[&str], built: bool) -> Result<BTreeMap<String, Binary>> {
    let mut binaries = BTreeMap::new();
    for name in names {
        if !built || !zip(name).is_file() {
            cargo_lambda(name, &function(name))?;
        }
        binaries.insert((*name).to_owned(), unzip(name)?);
    }
    Ok(binaries)
}

/// The launcher, with the features of `cargo test`.
pub fn launcher(built: bool) -> Result<PathBuf> {
    let path = workspace::target().join("debug/satchel");
    if !built || !path.is_file() {
        let mut command = Command::new(cargo());
        command.args(["build", "--locked", "--workspace", "--bin", "satchel"]);
        run(command.current_dir(workspace::root()))?;
    }
    Ok(path)
}

fn zip(name: &str) -> PathBuf {
    workspace::target().join("lambda").join(name).join("bootstrap.zip")
}

fn function(name: &str) -> PathBuf {
    workspace::root().join("functions").join(name)
}

fn cargo_lambda(name: &str, folder: &Path) -> Result<()> {
    let mut command = lambda_build(name, folder, &workspace::target().join("lambda"))?;
    run(command.args(["--output-format", "zip"])).with_context(|| format!("cannot build {name}"))
}

fn lambda_build(name: &str, folder: &Path, lambda_dir: &Path) -> Result<Command> {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "--x86-64",
        "aarch64" => "--arm64",
        other => bail!("Lambda has no {other}"),
    };
    let mut command = Command::new(cargo());
    command.args(["lambda", "build", "--release", architecture]);
    command.args(["--bin", name, "--lambda-dir"]).arg(lambda_dir);
    command.current_dir(folder).env("CARGO_TARGET_DIR", workspace::target());
    command.env("CARGO_INCREMENTAL", "0").env("PATH", path_with_tools()?);
    Ok(command)
}

/// cargo-lambda and Zig are where `.ci/lib.sh` installs them.
fn path_with_tools() -> Result<OsString> {
    let tools = workspace::target().join("ci-tools/bin");
    let path = variable("PATH").unwrap_or_default();
    Ok(std::env::join_paths([tools].into_iter().chain(std::env::split_paths(&path)))?)
}

fn cargo() -> OsString {
    variable("CARGO").unwrap_or_else(|| "cargo".into())
}

#[expect(clippy::disallowed_methods, reason = "the tools of this machine, no settings")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}

/// Writes the package of the bare binary. It is a workspace of its own with this workspace's lock
/// file and release profile, but without the profile's overrides for single packages.
fn bare_package() -> Result<PathBuf> {
    let root = workspace::root();
    let folder = workspace::target().join(BARE);
    fs::create_dir_all(folder.join("src"))?;
    let manifest = bare_manifest(&fs::read_to_string(root.join("Cargo.toml"))?)?;
    write_if_changed(&folder.join("Cargo.toml"), &manifest)?;
    let main = fs::read_to_string(root.join("tests/bench/bare/main.rs"))?;
    write_if_changed(&folder.join("src/main.rs"), &main)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

fn bare_manifest(workspace: &str) -> Result<String> {
    let workspace: Table = workspace.parse()?;
    let version = workspace["workspace"]["dependencies"]["lambda_runtime"]["version"].as_str();
    let version = version.context("no version of lambda_runtime")?;
    let profile = workspace["profile"]["release"].as_table().context("no release profile")?;
    let mut manifest = format!(
        "[package]\nname = \"bare\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n\
         lambda_runtime = {{ version = \"{version}\", default-features = false }}\n\
         serde_json = \"1\"\n\
         tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"rt\"] }}\n\
         \n[profile.release]\n"
    );
    manifest.extend(profile.iter().filter_map(|(name, value)| match value {
        Value::Boolean(value) => Some(format!("{name} = {value}\n")),
        Value::Integer(value) => Some(format!("{name} = {value}\n")),
        Value::String(value) => Some(format!("{name} = \"{value}\"\n")),
        _ => None,
    }));
    Ok(manifest)
}

/// Cargo compiles again what has a new time.
fn write_if_changed(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    Ok(fs::write(path, text)?)
}

fn unzip(name: &str) -> Result<Binary> {
    let zip = zip(name);
    let bytes = fs::read(&zip).with_context(|| format!("there is no {}", zip.display()))?;
    let folder = workspace::results().join("bin");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    // A new file: an old one may still be running.
    let _ = fs::remove_file(&path);
    fs::write(&path, first_file(&bytes)?)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(Binary { name: name.to_owned(), zip_bytes: u64::try_from(bytes.len())?, path })
}

/// The first file of an archive, which is the only one in those of cargo-lambda.
fn first_file(zip: &[u8]) -> Result<Vec<u8>> {
    let number = |at: usize| {
        let bytes = zip.get(at..at + 2).context("not an archive")?;
        Ok::<_, anyhow::Error>(usize::from(u16::from_le_bytes([bytes[0], bytes[1]])))
    };
    ensure!(zip.starts_with(b"PK\x03\x04"), "not an archive");
    let start = 30 + number(26)? + number(28)?;
    let data = zip.get(start..).context("a short archive")?;
    ensure!(number(8)? == 8, "not deflated");
    let mut file = Vec::new();
    DeflateDecoder::new(data).read_to_end(&mut file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_package_has_the_profile_without_its_overrides() {
        let manifest = bare_manifest(
            "[workspace.dependencies]\nlambda_runtime = { version = \"1.5\" }\n\
             [profile.release]\nopt-level = \"s\"\nstrip = true\n\
             [profile.release.package.hyper]\nopt-level = \"z\"\n",
        );
        let manifest = manifest.unwrap();
        assert!(manifest.contains("lambda_runtime = { version = \"1.5\""), "{manifest}");
        assert!(manifest.ends_with("[profile.release]\nopt-level = \"s\"\nstrip = true\n"));
    }
}

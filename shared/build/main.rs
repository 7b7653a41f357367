//! The git commit of a release build, for the log. Other builds have none, so that
//! a commit rebuilds nothing.
#![expect(clippy::print_stdout, reason = "this is how a build script talks to Cargo")]

use std::{env, process::Command};

/// What a build is made of, seen from here. A change there may make the tree dirty, or clean again.
const SOURCES: [&str; 4] = [".", "../functions", "../Cargo.toml", "../Cargo.lock"];

#[expect(clippy::disallowed_methods, reason = "so Cargo tells a build script the profile")]
fn main() {
    println!("cargo::rerun-if-changed=build/main.rs");
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = if is_release { commit() } else { None };
    println!("cargo::rustc-env=SATCHEL_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
}

/// The commit, with `-dirty` if a file differs from it. None for a source archive, also where it
/// was unpacked in somebody else's repository.
fn commit() -> Option<String> {
    if git(&["rev-parse", "--show-prefix"])? != "shared/" {
        return None;
    }
    for file in ["HEAD", "logs/HEAD"] {
        println!("cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", file])?);
    }
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    git(&["describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

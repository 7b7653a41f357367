//! A local data folder of the launcher, on which its commands run.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use local::{
    cli,
    stack::{Stack, StackOptions},
    template::Template,
};

use crate::{Api, api::overrides, clock::HandClock, wire::Wire};

/// The folder. It is removed when dropped.
pub struct LocalData(PathBuf);

impl LocalData {
    /// An empty folder for the test with this name.
    pub fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("satchel-{test}-{}", std::process::id())))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Starts an API on the folder. Stop its stack before the next command.
    pub async fn start(&self) -> Api {
        let clock = Arc::new(HandClock::default());
        let options = StackOptions {
            data: Some(self.0.clone()),
            overrides: overrides(&[]),
            clock: clock.clone(),
            ..StackOptions::default()
        };
        let template = Template::find().expect("template.yaml is in the repository");
        let template = Template::load(&template).expect("template.yaml can be read");
        let stack = Stack::start(&template, options).await.expect("the stack starts");
        Api { stack, clock, wire: Wire::default() }
    }

    /// Runs a command of the launcher on the folder and returns its exit status as [`status`] does.
    pub async fn run(&self, words: &[&str]) -> String {
        let words = ["satchel"].iter().chain(words).chain(&["--data"]).map(Into::into);
        format!("{:?}", cli::run(words.chain([self.0.clone().into_os_string()])).await)
    }
}

impl Drop for LocalData {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// An exit status as text, since an [`ExitCode`] cannot be compared.
pub fn status(code: u8) -> String {
    format!("{:?}", ExitCode::from(code))
}
